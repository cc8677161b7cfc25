/**
 * Pushes to try a flavor with, natively: with `node --test`, without a component.
 *
 * @module
 */

import type { Image, ImageConfig, InspectError, Level, Push } from './index.js';
import type { Response } from './http.js';

/** An image for one platform. `config` holds members of its image config; the labels are added to it. Sizes are bytes; one that is not given is unknown. */
export declare function image(
  platform?: string,
  options?: {
    labels?: Record<string, string>;
    config?: Partial<ImageConfig>;
    compressedSize?: number;
    uncompressedSize?: number;
    annotations?: Record<string, string>;
  },
): Image;

/**
 * A push of `registry/repository:tag` or `registry/repository@digest`. `uri` is what the registry is registered with, by default its host; `requestedAt` counts
 * seconds since 1970-01-01 UTC, by default it is 2026-01-01. Without `images`, asking for them throws an `InspectError` `not-found`; without `digest`, nobody can
 * tell it.
 */
export declare function push<Settings extends object = Record<string, unknown>>(
  reference: string,
  options?: { uri?: string; settings?: Settings; requestedAt?: number; dryRun?: boolean; images?: Image[] | InspectError; digest?: string },
): Push<Settings>;

/** What the capabilities answer. An answer that throws a `QueryError` or `HttpError` is a question without one. */
export interface Answers {
  repositoryExists?(repository: string): boolean;
  tags?(repository: string, options: { after: string | null; limit: number }): string[];
  manifestDigest?(repository: string, tag: string): string | null;
  send?(request: { method: string; url: string; headers: [string, string][]; body: Uint8Array }): Response;
}

/** Runs a function in which the capabilities answer in this way; gives what it gives. */
export declare function answering<Result>(answers: Answers, run: () => Result): Result;

/** The messages that were logged since the last call. */
export declare function takeLog(): [Level, string][];
