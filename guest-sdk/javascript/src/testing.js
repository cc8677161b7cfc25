// Pushes to try a flavor with, natively.

import { checkConfig } from './config.js';
import { checkMembers } from './members.js';
import { during } from './native/answers.js';
import { recorded } from './native/log.js';
import { Image, InspectError, Push } from './push.js';

/** What the host would give of each image. */
const hosts = new WeakMap();

export function image(platform = 'linux/amd64', options = {}) {
  checkMembers(options, ['labels', 'config', 'compressedSize', 'uncompressedSize', 'annotations'], 'an image');
  const { labels = {}, config = {}, compressedSize, uncompressedSize, annotations = {} } = options;
  checkConfig(config);
  const [os, architecture, variant] = platform.split('/');
  const inOrder = (object) => Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1));
  const sorted = inOrder(labels);
  const whole = { architecture, os, ...(variant && { variant }), config: {}, rootfs: { type: 'layers', diff_ids: [] }, ...config };
  if (sorted.length > 0) whole.config = { ...whole.config, Labels: Object.fromEntries(sorted) };
  const host = {
    platform: () => platform,
    labels: () => sorted,
    config: () => JSON.stringify(whole),
    compressedSize: () => compressedSize,
    uncompressedSize: () => uncompressedSize,
    annotations: () => inOrder(annotations),
  };
  const made = new Image(host);
  hosts.set(made, host);
  return made;
}

export function push(reference, options = {}) {
  checkMembers(options, ['uri', 'settings', 'requestedAt', 'dryRun', 'images', 'digest'], 'a push');
  const { uri, settings = {}, requestedAt = 1767225600, dryRun = false, images = new InspectError('not-found'), digest } = options;
  const parts = /^([^/@]+)\/([^:@]+)(?::([^:@]+)|@(.+))$/.exec(reference);
  if (!parts) {
    throw new TypeError(`\`${reference}\` is no canonical reference: registry/repository:tag, or registry/repository@digest`);
  }
  const [, registry, repository, tag] = parts;
  return new Push({
    reference: () => reference,
    registry: () => registry,
    repository: () => repository,
    tag: () => tag,
    registryUri: () => uri ?? registry,
    settings: () => JSON.stringify(settings),
    requestedAt: () => requestedAt,
    dryRun: () => dryRun,
    images() {
      if (images instanceof InspectError) throw images;
      return images.map((image) => hosts.get(image));
    },
    digest() {
      if (digest === undefined && ['unavailable', 'other'].includes(images.case)) throw images;
      return digest;
    },
  });
}

export function answering(answers, run) {
  checkMembers(answers, ['repositoryExists', 'tags', 'manifestDigest', 'send'], 'what the capabilities answer');
  return during(answers, run);
}

export function takeLog() {
  return recorded.splice(0);
}
