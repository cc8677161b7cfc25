/**
 * Write a pushgate flavor: a hook that is asked before a container image is pushed.
 *
 * A flavor is a module `flavor.js` or `flavor.ts` that exports a function `prepare`. It approves by returning `approved` and by nothing else, and refuses by
 * throwing a `Refusal`. Any other exception, and any other answer, is the flavor's failure, and nothing is pushed.
 *
 * @module
 */

declare const approval: unique symbol;

/** The good answer: `approved`. */
export interface Approval {
  readonly [approval]: true;
}

/** As far as this flavor is concerned, the push may go on. */
export declare const approved: Approval;

/** The hook, which a flavor exports as `prepare`. It is not async: it answers before it returns. */
export type Prepare<Settings extends object = Record<string, unknown>> = (push: Push<Settings>) => Approval;

/**
 * A push whose reference is already proven to lie inside the registry's URI. `Settings` is the type that the flavor's schema describes.
 *
 * A name that a push, an image, its labels or its config does not have is a `TypeError` that lists those that it has.
 */
export declare class Push<Settings extends object = Record<string, unknown>> {
  private constructor();
  /** The whole canonical reference: `registry/repository:tag`, or `registry/repository@digest` when there is no tag. */
  get reference(): string;
  /** The registry's host, with its port if it has one: `registry.example.com:5000`. */
  get registry(): string;
  /** The repository, with its whole path: `team/app`. */
  get repository(): string;
  /** The tag; `null` when the image is pushed by digest only. */
  get tag(): string | null;
  /** The canonical URI that the registry was registered with: `registry.example.com/team`. */
  get registryUri(): string;
  /** The settings that this registry gives the flavor. With a schema in the component, they fit it. */
  get settings(): Settings;
  /** When the push was asked for, in seconds since 1970-01-01 UTC. The only clock that a flavor has. */
  get requestedAt(): number;
  /** Whether nothing will be pushed whatever the answer is. The flavor must then change nothing either. */
  get dryRun(): boolean;
  /**
   * Every image of the push in the order of its index: one for each platform, never none. The host reads the source on the first call, so a flavor that can
   * decide without the images should not ask.
   *
   * @throws {InspectError}
   */
  images(): Image[];
  /**
   * The digest that the tag points to after the push: of the manifest that is pushed, or of the index. `null` where the manifest is made only in the push, as that
   * of the Docker Engine's images is. The host reads the source on the first call.
   *
   * @throws {InspectError}
   */
  digest(): string | null;
}

/** One image of the push: one platform of a multi-platform image, or the only one. */
export declare class Image {
  private constructor();
  /** `os/architecture[/variant]`, for example `linux/arm64/v8`. */
  get platform(): string;
  /** The labels of the image config, in the order of their keys. */
  get labels(): ReadonlyMap<string, string>;
  /** The image config, which the host has rebuilt after the OCI image specification. */
  get config(): ImageConfig;
  /**
   * What a registry holds of the image, in bytes: its config and its layers as they are pushed. `null` where the layers are compressed only in the push, as those of
   * the Docker Engine's images are.
   */
  get compressedSize(): number | null;
  /** The image's layers uncompressed, in bytes; `null` where nobody has counted, as of most compressed layers. */
  get uncompressedSize(): number | null;
  /** The annotations of the image's manifest, in the order of their keys; none where the manifest is made only in the push. */
  get annotations(): ReadonlyMap<string, string>;
}

/** The image config, after the OCI image specification: with the same members for every source, and no history. */
export interface ImageConfig {
  /** For example `amd64`. */
  architecture: string;
  /** For example `linux`. */
  os: string;
  /** For example `v8`. */
  variant?: string;
  /** For example `10.0.17763.6414`: images for Windows have one. */
  'os.version'?: string;
  /** When the image was made, RFC 3339. */
  created?: string;
  /** Who made it. */
  author?: string;
  /** How a container is run. */
  config: ExecutionConfig;
  /** What the layers hold; the digests of the uncompressed ones, the lowest first. */
  rootfs: { type: 'layers'; diff_ids: string[] };
}

/** How a container is run. What the image does not say is absent. */
export interface ExecutionConfig {
  User?: string;
  ExposedPorts?: Record<string, object>;
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  Volumes?: Record<string, object>;
  WorkingDir?: string;
  Labels?: Record<string, string>;
  StopSignal?: string;
  Healthcheck?: Healthcheck;
}

/** How Docker finds out whether a container works. Durations are in nanoseconds; what is Docker's default is absent. */
export interface Healthcheck {
  /** `CMD` or `CMD-SHELL` and the command, or `NONE`. */
  Test?: string[];
  /** Between two checks. */
  Interval?: number;
  /** How long one may take. */
  Timeout?: number;
  /** How long failures do not count. */
  StartPeriod?: number;
  /** Between two checks in that time. */
  StartInterval?: number;
  /** How many failures count. */
  Retries?: number;
}

/** One reason for a denial. */
export interface Violation {
  /** Stable and machine-readable, for example `tag.forbidden`: words in lower case, joined by dots. */
  code: string;
  /** What is wrong, for the person who pushes: one sentence that names the value. */
  message: string;
  /** What to do about it. */
  hint?: string | null | undefined;
  /** For machines, for example `platform` or `label`; as pairs where their order matters. */
  details?: Details | undefined;
}

/** Facts for machines, each name once; or pairs of a name and a value. */
export type Details = Readonly<Record<string, string>> | Iterable<readonly string[]>;

/**
 * Why the push must not go on. Throw one of its kinds, each of which has another owner.
 *
 * A hook that makes a refusal and then approves has forgotten to throw it, or has caught it: that is the flavor's failure, with the line that made it. One that
 * is caught on purpose is dropped.
 */
export declare abstract class Refusal extends Error {
  /** Says that this refusal is not the hook's answer: without it, a hook that catches a refusal cannot approve. */
  drop(): void;
}

/** The image breaks the flavor's rules; its author acts. Made by `deny`, or of all violations at once. */
export declare class Denied extends Refusal {
  constructor(violations: Iterable<Violation>);
  /** At least one. */
  readonly violations: readonly Violation[];
}

/** The settings do not make sense; the operator of the registry acts. The message names the setting. */
export declare class Misconfigured extends Refusal {
  constructor(message: string, options?: ErrorOptions);
}

/** Something that the flavor needs did not answer. */
export declare class Unavailable extends Refusal {
  constructor(message: string, options?: ErrorOptions);
}

/** Any other reason. */
export declare class Other extends Refusal {
  constructor(message: string, options?: ErrorOptions);
}

/** A denial for one reason, to be thrown. For several: `throw new Denied([{ code, message }, …])`. */
export declare function deny(code: string, message: string, hint?: string | null, details?: Details): Denied;

/**
 * A case of one of the contract's errors. Its message is the name of the case and, where there is one, its text: `unavailable: no answer within 10 s`. One
 * that the hook does not catch becomes the refusal that fits.
 */
export declare abstract class ContractError<Case extends string> extends Error {
  constructor(error: Case, text?: string);
  /** The name of the case in the contract. */
  readonly case: Case;
  /** What the case carries. */
  readonly text: string | undefined;
}

/**
 * Why the images could not be looked at. When the hook does not catch it, an artifact is denied with the code `not-an-image`, so that a rule about every
 * image is never true of none; an image that is not found or cannot be read is `Unavailable`.
 */
export declare class InspectError extends ContractError<'not-found' | 'not-an-image' | 'unavailable' | 'other'> {}

/** How much a message matters. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/**
 * Messages for the person who pushes. Those of `warn` and `error` are kept in the report; the host bounds how much is taken. What is written to `console`
 * arrives as `debug`.
 */
export declare const log: Readonly<Record<Level, (message: unknown) => void>>;
