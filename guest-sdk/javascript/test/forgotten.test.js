import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Denied, InspectError, Misconfigured, Other, Unavailable, approved, deny } from 'pushgate-flavor';
import { push } from 'pushgate-flavor/testing';

import { Failure, ask } from '../src/answer.js';
import { Lack } from '../src/lacks.js';
import { note } from '../src/made.js';

const PUSH = push('registry.example.com/team/app:v1');
const EARLY = deny('early', 'made while the module was loaded');

const asked = (hook, place = () => 'flavor.js:3: ') => ask(hook, PUSH, 'flavor.js', place);
const FORGOTTEN = { constructor: Failure, message: 'a refusal was made at flavor.js:3 and never given: throw it, or drop it with drop()' };

class Owned extends Unavailable {}

test('a refusal of any kind that is forgotten', () => {
  for (const make of [
    () => deny('a.b', 'c'),
    () => new Denied([{ code: 'a.b', message: 'c' }]),
    () => new Misconfigured('x'),
    () => new Unavailable('x'),
    () => new Other('x'),
    () => new Owned('x'),
    () => new InspectError('not-found').refusal(),
  ]) {
    const hook = () => {
      make();
      return approved;
    };
    assert.throws(() => asked(hook), FORGOTTEN);
  }
});

test('the first one is named, or the file where no line is the author’s', () => {
  let first;
  const hook = () => {
    first = deny('first', 'one');
    deny('second', 'two');
    return approved;
  };
  assert.throws(() => asked(hook, (error) => (error === first ? 'helper.js:8: ' : '')), /made at helper\.js:8 and/);
  assert.throws(() => asked(hook, () => ''), /made at flavor\.js and/);
});

test('one that is swallowed', () => {
  for (const hook of [
    () => {
      try {
        throw deny('a.b', 'c');
      } catch {}
      return approved;
    },
    () => {
      try {
        throw deny('a.b', 'c');
      } finally {
        return approved;
      }
    },
    () => {
      const check = async () => {
        throw deny('a.b', 'c');
      };
      check().catch(() => {});
      return approved;
    },
  ]) {
    assert.throws(() => asked(hook), FORGOTTEN);
  }
});

test('one that is dropped', () => {
  const hook = () => {
    try {
      throw deny('a.b', 'c');
    } catch (refusal) {
      refusal.drop();
    }
    return approved;
  };
  assert.equal(asked(hook), null);
});

test('a call that refuses keeps its refusal', () => {
  const given = new Other('given');
  const hook = () => {
    deny('a.b', 'forgotten');
    throw given;
  };
  assert.equal(asked(hook), given);
});

test('one of another call, or of none, does not count', () => {
  assert.throws(() => asked(() => (deny('a.b', 'c'), approved)), FORGOTTEN);
  new Misconfigured('made outside of a call');
  assert.equal(
    asked(() => approved),
    null,
  );
  const hook = () => {
    throw EARLY;
  };
  assert.equal(asked(hook), EARLY);
});

test('a denial of nothing is none', () => {
  const hook = () => {
    assert.throws(() => new Denied([]), RangeError);
    return approved;
  };
  assert.equal(asked(hook), null);
});

test('what the event loop would have done is told, also where the error is caught', () => {
  const hook = () => {
    note(new Lack('a flavor has no event loop'));
    return approved;
  };
  assert.throws(() => asked(hook), { constructor: Failure, message: 'flavor.js:3: a flavor has no event loop' });
});
