// The two sides of a component: the hook on one, the contract on the other. The build's own module makes the exports of it.

import { stopClock } from './confinement.js';

import { begin } from './host/log.js';
import { Failure, ask } from './answer.js';
import { endEventLoop } from './lacks.js';
import { noteLater } from './later.js';
import { log } from './log.js';
import { refuseEarly } from './made.js';
import { place } from './place.js';
import { Push } from './push.js';
import { Denied, Misconfigured, Unavailable } from './refusal.js';

// Before the flavor's own modules.
refuseEarly();
noteLater();

/** The export `prepare-image-push` for the module that the flavor's author wrote, whose name is `file`. */
export function prepareImagePush(flavor, file) {
  if (typeof flavor.prepare !== 'function') {
    throw new TypeError(`${file} exports no function \`prepare\`: write \`export function prepare(push) { … }\``);
  }
  return {
    prepare(host) {
      const push = new Push(host);
      begin();
      stopClock(() => push.requestedAt);
      endEventLoop();
      let refusal;
      try {
        refusal = ask(flavor.prepare, push, file, placeOf);
      } catch (error) {
        const message = error instanceof Failure ? error.message : String(error);
        log.error(message);
        // What is no refusal of the contract traps. A debug build's engine prints it, too.
        throw new Error(message);
      }
      if (refusal === null) return 'approved';
      throw lower(refusal);
    },
  };
}

/** The author's line of an error. The build leaves the runs of lines at the end of the bundle. */
function placeOf(error) {
  return error instanceof Error ? place(globalThis.__pushgateLines ?? [], String(error.stack)) : '';
}

function lower(refusal) {
  if (refusal instanceof Denied) {
    return { tag: 'denied', val: refusal.violations.map(lowerViolation) };
  }
  const tag = refusal instanceof Misconfigured ? 'misconfigured' : refusal instanceof Unavailable ? 'unavailable' : 'other';
  return { tag, val: refusal.message.toWellFormed() };
}

/** A lone surrogate has no UTF-8, and would end the call. */
function lowerViolation({ code, message, hint, details }) {
  return {
    code: code.toWellFormed(),
    message: message.toWellFormed(),
    hint: hint?.toWellFormed() ?? null,
    details: Array.from(details, ([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
  };
}
