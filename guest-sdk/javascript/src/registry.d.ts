/**
 * Capability: read-only questions to the registry that the image goes to, inside its URI.
 *
 * For a world that imports `pushgate:flavor/registry@0.1.2`. The operator grants it with `--grant registry`; without, every function throws a `QueryError`
 * `not-granted`. A repository is named by its whole path, as `push.repository` gives it. Unit tests say what it answers with `answering` of
 * `pushgate-flavor/testing`.
 *
 * @module
 */

import { ContractError } from './index.js';

/** Why a question has no answer. When the hook does not catch it, the push is refused as unavailable. */
export declare class QueryError extends ContractError<'not-granted' | 'limit-exceeded' | 'unauthorized' | 'unavailable' | 'other'> {}

/** Whether a repository exists. A registry that creates repositories on the first push says false until then. @throws {QueryError} */
export declare function repositoryExists(repository: string): boolean;

/**
 * A page of the tags of a repository: at most `limit` of them (1,000 where none is given, and at most), sorted, all after `after`. An empty page is the end.
 *
 * @throws {QueryError}
 */
export declare function tags(repository: string, options?: { after?: string | null; limit?: number }): string[];

/** The digest of the manifest that a tag points to; `null` when there is no such tag or repository. @throws {QueryError} */
export declare function manifestDigest(repository: string, tag: string): string | null;
