// Capability: read-only questions to the registry that the image goes to.

import * as host from '#registry';

import { ContractError, call } from './error.js';
import { Unavailable } from './refusal.js';

export class QueryError extends ContractError {
  refusal() {
    return new Unavailable(`the registry could not be asked: ${this.message}`);
  }
}

export function repositoryExists(repository) {
  return call(QueryError, () => host.repositoryExists(repository));
}

export function tags(repository, { after = null, limit = 1000 } = {}) {
  return call(QueryError, () => host.tags(repository, after, limit));
}

export function manifestDigest(repository, tag) {
  return call(QueryError, () => host.manifestDigest(repository, tag)) ?? null;
}
