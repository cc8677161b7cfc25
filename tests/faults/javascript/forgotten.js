// Makes refusals, and forgets them.

import { Denied, Misconfigured, Other, Unavailable, approved, deny } from 'pushgate-flavor';

const EARLY = deny('tag.early', 'made while the component was built');
const LOADED = Promise.resolve();

/** @returns {Denied} */
function check() {
  return deny('tag.odd', 'the tag is odd'); // forgotten-in-helper
}

async function checkLater() { // forgotten-async
  await null; // nothing after this runs
  throw deny('tag.odd', 'never made');
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
    throw EARLY;
  },
};
