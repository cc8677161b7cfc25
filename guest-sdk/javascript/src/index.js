// Write a pushgate flavor: a hook that is asked before a container image is pushed.

export { log } from './log.js';
export { Image, InspectError, Push } from './push.js';
export { Denied, Misconfigured, Other, Refusal, Unavailable, approved, deny } from './refusal.js';
