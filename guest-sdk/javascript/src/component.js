// The two sides of a component: the hook on one, the contract on the other. The build's own module makes the exports of it.

import './confinement.js';

import { begin } from './host/log.js';
import { Failure, ask } from './answer.js';
import { log } from './log.js';
import { Push } from './push.js';
import { Denied, Misconfigured, Unavailable } from './refusal.js';

/** The export `prepare-image-push` for the module that the flavor's author wrote, whose name is `file`. */
export function prepareImagePush(flavor, file) {
  if (typeof flavor.prepare !== 'function') {
    throw new TypeError(`${file} exports no function \`prepare\`: write \`export function prepare(push) { … }\``);
  }
  return {
    prepare(push) {
      begin();
      let refusal;
      try {
        refusal = ask(flavor.prepare, new Push(push), file, place);
      } catch (error) {
        log.error(error instanceof Failure ? error.message : error);
        // What is no refusal of the contract traps. The host has been told why.
        throw new Error('the flavor failed');
      }
      if (refusal === null) return 'approved';
      throw lower(refusal);
    },
  };
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

/** The author's line in the stack of an error. */
function place(error) {
  const stack = error instanceof Error ? String(error.stack) : '';
  for (const [, line] of stack.matchAll(/:user\.js:(\d+)/g)) {
    const authored = source(Number(line));
    if (authored) return `${authored}: `;
  }
  return '';
}

/** From a line of the bundle to one of the author's. The build leaves runs of lines: the first in the bundle, their number, the file, the first in the file. */
function source(line) {
  for (const [first, count, file, original] of globalThis.__pushgateLines ?? []) {
    if (line >= first && line < first + count) return `${file}:${original + line - first}`;
  }
  return null;
}
