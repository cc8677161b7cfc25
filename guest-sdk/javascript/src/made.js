// What was made in this call and is the end of it: refusals, and what the event loop would do. One that is made and forgotten does not approve.

/** Outside of a call there is none: what a module makes while it is loaded is no answer. */
let made = null;

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
