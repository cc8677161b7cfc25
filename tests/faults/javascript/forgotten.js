// Makes refusals, and forgets them.

import { Denied, Misconfigured, Other, Unavailable, approved, deny } from 'pushgate-flavor';

const LOADED = Promise.resolve();

/** @returns {Denied} */
function check() {
  return deny('tag.odd', 'the tag is odd'); // forgotten-in-helper
}

async function checkLater() { // forgotten-async
  await null; // nothing after this runs
  throw deny('tag.odd', 'never made');
}

function* checkEach(/** @type {string[]} */ tags) { // forgotten-lazily-function
  for (const tag of tags) yield deny('tag.odd', `${tag} never made`);
}

function* checkRest(/** @type {number[]} */ ...[first, ...rest]) { // forgotten-lazily-rest
  yield first;
  yield* rest;
}

const RULES = {
  *inside() { // forgotten-lazily-method
    throw deny('tag.odd', 'never made');
  },
  *[Symbol.iterator]() {
    yield 1;
  },
};

async function* checkElements() { // forgotten-async-generator
  yield deny('tag.odd', 'never made');
}

/** What each tag does. */
export const forgotten = {
  forgotten() {
    deny('tag.odd', 'forgotten'); // forgotten
    return approved;
  },
  'forgotten-in-helper'() {
    check();
    return approved;
  },
  'forgotten-misconfigured'() {
    new Misconfigured('forgotten'); // forgotten-misconfigured
    return approved;
  },
  'forgotten-unavailable'() {
    new Unavailable('forgotten'); // forgotten-unavailable
    return approved;
  },
  'forgotten-swallowed'() {
    try {
      throw deny('tag.odd', 'swallowed'); // forgotten-swallowed
    } catch {}
    return approved;
  },
  'forgotten-finally'() {
    try {
      throw new Other('left'); // forgotten-finally
    } finally {
      return approved;
    }
  },
  'forgotten-async'() {
    checkLater();
    return approved;
  },
  'forgotten-promise'() {
    new Promise(() => { // forgotten-promise
      throw deny('tag.odd', 'rejected');
    });
    return approved;
  },
  'forgotten-then'() {
    LOADED.then(() => { // forgotten-then
      throw deny('tag.odd', 'never made');
    });
    return approved;
  },
  'forgotten-microtask'() {
    queueMicrotask(() => { // forgotten-microtask
      throw deny('tag.odd', 'never made');
    });
    return approved;
  },
  'forgotten-lazily-function'() {
    checkEach(['v1']);
    return approved;
  },
  'forgotten-lazily-rest'() {
    const numbers = checkRest(1, 2);
    return numbers ? approved : undefined;
  },
  'forgotten-lazily-method'() {
    RULES.inside();
    return approved;
  },
  'forgotten-lazily-iterator'() {
    /** @type {any} */ ([1].values()).map(() => { // forgotten-lazily-iterator
      throw deny('tag.odd', 'never made');
    });
    return approved;
  },
  'forgotten-async-generator'() {
    checkElements();
    return approved;
  },
  'forgotten-async-array'() {
    /** @type {any} */ (Array).fromAsync([1], () => { // forgotten-async-array
      throw deny('tag.odd', 'never made');
    });
    return approved;
  },
  'run-lazily'() {
    const numbers = [...checkRest(1, 2, 3), ...RULES, .../** @type {any} */ ([4, 5].values()).map((number) => number + 1).filter((number) => number > 5)];
    const none = [[]].map(checkEach).flatMap((tags) => [...tags]);
    if (numbers.join() !== '1,2,3,1,6' || none.length > 0) throw new Error(JSON.stringify([numbers, none]));
    return approved;
  },
  dropped() {
    try {
      throw check();
    } catch (refusal) {
      refusal.drop();
    }
    return approved;
  },
  'another-given'() {
    deny('tag.odd', 'forgotten');
    throw deny('tag.early', 'given');
  },
};
