/**
 * Capability: bounded requests to origins that the operator has granted.
 *
 * For a world that imports `pushgate:flavor/http@0.1.2`. The operator grants an origin with `--grant http=ORIGIN`; the host adds the credentials that are bound
 * to it. Redirects are not followed but returned. Unit tests say what is answered with `answering` of `pushgate-flavor/testing`.
 *
 * @module
 */

import { ContractError } from './index.js';

/** Why there is no response. When the hook does not catch it, the push is refused as unavailable. */
export declare class HttpError extends ContractError<
  'not-granted' | 'invalid-request' | 'limit-exceeded' | 'timed-out' | 'too-large' | 'unreachable' | 'other'
> {}

/** Names and values of headers; or pairs of them. */
export type Headers = Readonly<Record<string, string>> | Iterable<readonly string[]>;

/** What came back. */
export declare class Response {
  constructor(status: number, headers?: [string, string][], body?: Uint8Array | string);
  /** The status code, whatever it is: one of 400 and above throws nothing. */
  readonly status: number;
  /** Names in lower case, and values, in the order of the answer. */
  readonly headers: readonly (readonly [string, string])[];
  /** The whole body. */
  readonly body: Uint8Array;
  /** The body as UTF-8; what is none is replaced by U+FFFD. */
  text(): string;
  /** The body, read as JSON. @throws {SyntaxError} when it is none */
  json(): unknown;
  /** The first header of this name, or `null`. */
  header(name: string): string | null;
}

/** Sends one request and waits for the whole response. A request that failed may have reached the server all the same. @throws {HttpError} */
export declare function send(method: string, url: string, options?: { headers?: Headers; body?: Uint8Array | string }): Response;

/** Sends a GET request. @throws {HttpError} */
export declare function get(url: string, headers?: Headers): Response;
