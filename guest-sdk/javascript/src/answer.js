// What a hook's answer or exception means.

import { ContractError } from './error.js';
import { Lack, lackOf } from './lacks.js';
import { begin, end } from './made.js';
import { Refusal, approved } from './refusal.js';

/** The flavor failed. The message names the place in its author's code, and is the last that the host hears. */
export class Failure extends Error {}

/**
 * Calls the hook: `null` when it approves, or its refusal. `place` gives the author's line of an error, as `flavor.js:3: `, or an empty text; `file` is where the
 * hook is.
 */
export function ask(hook, push, file, place) {
  let answer;
  let forgotten;
  begin();
  try {
    answer = hook(push);
  } catch (error) {
    if (error instanceof Refusal) return error;
    if (error instanceof ContractError) return error.refusal();
    throw new Failure(`${place(error) || `${file}: `}${describe(error)}`);
  } finally {
    forgotten = end();
  }
  if (answer === approved) {
    if (!forgotten) return null;
    if (forgotten instanceof Lack) throw new Failure(`${place(forgotten) || `${file}: `}${forgotten.message}`);
    const made = place(forgotten).replace(/: $/, '') || file;
    throw new Failure(`a refusal was made at ${made} and never given: throw it, or drop it with drop()`);
  }
  throw new Failure(`${place(answer) || `${file}: `}${wrong(answer)}`);
}

function wrong(answer) {
  if (answer === undefined) {
    return 'the hook returned nothing: `return approved` where the push may go on, and throw deny(…) where it may not';
  }
  if (answer instanceof Refusal || answer instanceof ContractError) {
    return 'the hook returned a refusal instead of throwing it: throw deny(…)';
  }
  if (typeof answer?.then === 'function') {
    return "the hook is async: a flavor's hook answers before it returns: remove `async` and `await`";
  }
  return `the hook returned ${show(answer)}: \`return approved\` where the push may go on, and throw deny(…) where it may not`;
}

/** The kind and the text, as an uncaught error is shown; with the cause, which is often what helps. */
function describe(error) {
  const lack = lackOf(error);
  if (lack) return lack;
  if (!(error instanceof Error)) return `the hook threw ${show(error)}, which is neither a refusal nor an Error`;
  const text = error.message ? `${error.name}: ${error.message}` : error.name;
  return short(error.cause === undefined ? text : `${text} (from ${describe(error.cause)})`);
}

function show(value) {
  try {
    return short(
      typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? (JSON.stringify(value) ?? 'an object') : String(value),
    );
  } catch {
    return 'an object';
  }
}

function short(text) {
  return text.length <= 1000 ? text : `${text.slice(0, 1000)}…`;
}
