// Capability: read-only questions to the registry that the image goes to.

import * as host from '#registry';

import { ContractError, call } from './error.js';
import { checkMembers } from './members.js';
import { Unavailable } from './refusal.js';

export class QueryError extends ContractError {
  refusal() {
    return new Unavailable(`the registry could not be asked: ${this.message}`);
  }
}

export function repositoryExists(repository) {
  return call(QueryError, () => host.repositoryExists(repository));
}

export function tags(repository, options = {}) {
  checkMembers(options, ['after', 'limit'], 'a question for tags');
  const { after = null, limit = 1000 } = options;
  return call(QueryError, () => host.tags(repository, after, limit));
}

export function manifestDigest(repository, tag) {
  return call(QueryError, () => host.manifestDigest(repository, tag)) ?? null;
}
