// The push that is asked about.

import { readConfig } from './config.js';
import { ContractError, call } from './error.js';
import { refuseUnknown } from './members.js';
import { Other, Unavailable, deny } from './refusal.js';

export class InspectError extends ContractError {
  refusal() {
    switch (this.case) {
      case 'not-found':
        return new Unavailable('the image was not found');
      case 'not-an-image':
        return deny(
          'not-an-image',
          `not a container image but an artifact of type \`${this.text}\``,
          "this registry's rules are about container images: push artifacts to another registry",
          { 'artifact-type': this.text },
        );
      case 'unavailable':
        return new Unavailable(`the images cannot be read: ${this.text}`);
      default:
        return new Other(`the images cannot be looked at: ${this.text}`);
    }
  }
}

/** Each value is fetched from the host when it is first asked for. */
class Fetched {
  #host;
  #known = new Map();

  constructor(host) {
    this.#host = host;
  }

  fetched(name, read = (value) => value) {
    if (!this.#known.has(name)) this.#known.set(name, read(this.#host[name]()));
    return this.#known.get(name);
  }

  images() {
    return call(InspectError, () => this.#host.images());
  }

  digest() {
    return call(InspectError, () => this.#host.digest()) ?? null;
  }
}

/** Some of the tools that make components give a bigint, and nothing at all for what is absent. */
const sizeOf = (size) => (size == null ? null : Number(size));

/** Objects would reorder keys that look like numbers. */
class Labels extends Map {}

refuseUnknown(Labels, '`image.labels`', {
  members: ['get', 'has', 'keys', 'values', 'entries', 'forEach', 'size'],
  remedy: (name) => `a label is read with \`image.labels.get(${JSON.stringify(name)})\`.`,
});

export class Image {
  #values;

  constructor(host) {
    this.#values = new Fetched(host);
  }

  get platform() {
    return this.#values.fetched('platform');
  }

  get labels() {
    return this.#values.fetched('labels', (pairs) => new Labels(pairs));
  }

  get config() {
    return this.#values.fetched('config', readConfig);
  }

  get compressedSize() {
    return this.#values.fetched('compressedSize', sizeOf);
  }

  get uncompressedSize() {
    return this.#values.fetched('uncompressedSize', sizeOf);
  }

  get annotations() {
    return this.#values.fetched('annotations', (pairs) => new Map(pairs));
  }
}

refuseUnknown(Image, '`image`');

export class Push {
  #values;

  constructor(host) {
    this.#values = new Fetched(host);
  }

  get reference() {
    return this.#values.fetched('reference');
  }

  get registry() {
    return this.#values.fetched('registry');
  }

  get repository() {
    return this.#values.fetched('repository');
  }

  get tag() {
    return this.#values.fetched('tag', (tag) => tag ?? null);
  }

  get registryUri() {
    return this.#values.fetched('registryUri');
  }

  get settings() {
    return this.#values.fetched('settings', (text) => JSON.parse(text));
  }

  get requestedAt() {
    return this.#values.fetched('requestedAt', Number);
  }

  get dryRun() {
    return this.#values.fetched('dryRun');
  }

  images() {
    return this.#values.images().map((image) => new Image(image));
  }

  digest() {
    return this.#values.digest();
  }
}

refuseUnknown(Push, '`push`');
