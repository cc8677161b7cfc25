// Checks that are written and never run: a generator that nobody asks for a value has made no refusal that could be found.

import { EVENT_LOOP, Lack } from './lacks.js';
import { drop, note } from './made.js';

const ITERATOR = 'an iterator was made and has not run: ask for its values, as `for (const … of …)` does';

/** Something was made that runs later. Gives what is to be called when it runs. */
export function later(isAsync = false) {
  const made = new Lack(isAsync ? EVENT_LOOP : ITERATOR);
  note(made);
  return () => drop(made);
}

/** From now on it is noted where somebody makes an iterator that calls a function. The build marks the generators of the author's. */
export function noteLater() {
  globalThis.__pushgateLater = later;
  const iterators = globalThis.Iterator?.prototype ?? {};
  for (const name of ['map', 'filter', 'flatMap']) {
    const plain = iterators[name];
    if (plain === undefined) continue;
    iterators[name] = function (...given) {
      const iterator = Reflect.apply(plain, this, given);
      const begun = later();
      const { next } = iterator;
      iterator.next = () => {
        begun();
        delete iterator.next;
        return next.call(iterator);
      };
      return iterator;
    };
  }
}
