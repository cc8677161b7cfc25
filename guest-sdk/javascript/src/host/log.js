// The contract's log. While the component is built there is none: what is said then is said when the hook is called.

import { log } from 'pushgate:flavor/log@0.1.2';

let waiting = [];

export function send(level, message) {
  if (waiting) waiting.push([level, message]);
  else log(level, message);
}

/** From now on there is a log. */
export function begin() {
  const said = waiting ?? [];
  waiting = null;
  for (const [level, message] of said) log(level, message);
}
