import { answer } from './answers.js';

export const repositoryExists = (repository) => answer('repositoryExists', repository);
export const tags = (repository, after, limit) => answer('tags', repository, { after, limit });
export const manifestDigest = (repository, tag) => answer('manifestDigest', repository, tag);
