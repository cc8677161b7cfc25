// The conformance flavor in JavaScript. What it does is said in ../README.md.

import { Denied, InspectError, Misconfigured, Other, Unavailable, approved, log } from 'pushgate-flavor';
import { HttpError, send } from 'pushgate-flavor/http';
import { QueryError, manifestDigest, repositoryExists, tags } from 'pushgate-flavor/registry';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];
const REFUSALS = { misconfigured: Misconfigured, unavailable: Unavailable, other: Other };

/** @type {import('pushgate-flavor').Prepare} */
export function prepare(push) {
  const { settings } = push;
  if (settings.log) for (const level of LEVELS) log[level](level);
  if (settings.warn !== undefined) log.warn(settings.warn);
  if (settings.refuse) throw new REFUSALS[settings.refuse]('as the settings ask');
  const violations = [...violationsOf(push)];
  if (violations.length > 0) throw new Denied(violations);
  return approved;
}

function* violationsOf(push) {
  const { report: reports, labels, registry, http } = push.settings;
  if (reports) yield { code: 'report', message: 'what the flavor sees', details: report(push) };
  if (labels) yield* missingLabels(push, labels);
  if (registry) yield askRegistry(push, registry);
  if (http) yield sendRequest(http);
}

function report(push) {
  const facts = [
    ['reference', push.reference],
    ['registry', push.registry],
    ['repository', push.repository],
    ['tag', push.tag ?? 'none'],
    ['registry-uri', push.registryUri],
    ['settings', Object.keys(push.settings).sort().join(',')],
    ['requested-at', String(push.requestedAt)],
    ['dry-run', String(push.dryRun)],
    ['digest', digestOf(push)],
  ];
  let images;
  try {
    images = push.images();
  } catch (error) {
    if (error instanceof InspectError) return [...facts, ['images', error.message]];
    throw error;
  }
  facts.push(['images', String(images.length)]);
  images.forEach((image, number) => {
    for (const [name, value] of reportImage(image)) facts.push([`image.${number}.${name}`, value]);
  });
  return facts;
}

function reportImage(image) {
  const { architecture, os, config, rootfs } = image.config;
  return [
    ['platform', image.platform],
    ['labels', pairs(image.labels)],
    ['architecture', architecture],
    ['os', os],
    ['user', config.User ?? ''],
    ['environment', (config.Env ?? []).join(';')],
    ['command', [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])].join(' ')],
    [
      'ports',
      Object.keys(config.ExposedPorts ?? {})
        .sort()
        .join(';'),
    ],
    ['layers', String(rootfs.diff_ids.length)],
    ['compressed-size', String(image.compressedSize ?? 'unknown')],
    ['uncompressed-size', String(image.uncompressedSize ?? 'unknown')],
    ['annotations', pairs(image.annotations)],
  ];
}

function pairs(values) {
  return Array.from(values, ([key, value]) => `${key}=${value}`).join(';');
}

function digestOf(push) {
  try {
    return push.digest() ?? 'unknown';
  } catch (error) {
    if (error instanceof InspectError) return error.message;
    throw error;
  }
}

function* missingLabels(push, labels) {
  let images;
  try {
    images = push.images();
  } catch (error) {
    if (error instanceof InspectError) throw new Unavailable(`the images could not be looked at: ${error.message}`);
    throw error;
  }
  for (const image of images) {
    for (const label of labels) {
      if (image.labels.get(label)) continue;
      yield {
        code: 'label.missing',
        message: `the image for ${image.platform} has no label \`${label}\``,
        hint: `add it: LABEL ${label}=...`,
        details: { platform: image.platform, label },
      };
    }
  }
}

function askRegistry(push, settings) {
  const { repository = push.repository, tag = push.tag ?? '', after = null, limit = 100 } = settings;
  const details = [
    ['exists', answer(() => String(repositoryExists(repository)))],
    ['tags', answer(() => tags(repository, { after, limit }).join(','))],
    ['digest', answer(() => manifestDigest(repository, tag) ?? 'none')],
  ];
  return { code: 'registry', message: 'what the registry answers', hint: `asked for ${repository}`, details };
}

function answer(ask) {
  try {
    return ask();
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}

function sendRequest({ method = 'GET', url, headers = {}, body = '' }) {
  const details = new Map();
  try {
    const response = send(method, url, { headers: Object.entries(headers).sort(byName), body });
    details.set('status', String(response.status));
    for (const [name, value] of response.headers) {
      if (!details.has(`header.${name}`)) details.set(`header.${name}`, value);
    }
    details.set('body', response.text());
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    details.set('error', error.message);
  }
  return { code: 'http', message: 'what the server answers', hint: `sent ${method} ${url}`, details };
}

/** @type {(one: [string, string], other: [string, string]) => number} */
function byName([one], [other]) {
  return one < other ? -1 : 1;
}
