// What was made in this call and is the end of it: refusals, and what the event loop would do. One that is made and forgotten does not approve.

/** Outside of a call there is none. */
let made = null;

/** Whether a refusal may be made outside of a call, as unit tests do. In a component, nobody could tell whether a call has forgotten it. */
let early = true;

/** From now on a refusal that is made outside of a call is an error. */
export function refuseEarly() {
  early = false;
}

/** A refusal was made. */
export function noteRefusal(refusal) {
  if (!made && !early) throw new Error('a refusal is made before the hook is called: make it in the hook, where it is thrown');
  note(refusal);
}

/** A call begins. */
export function begin() {
  made = new Set();
}

/** It was made. */
export function note(one) {
  made?.add(one);
}

/** A refusal is not the answer, on purpose. */
export function drop(refusal) {
  made?.delete(refusal);
}

/** The call is over. Gives the first that was made in it and not dropped, or undefined. */
export function end() {
  const [first] = made ?? [];
  made = null;
  return first;
}
