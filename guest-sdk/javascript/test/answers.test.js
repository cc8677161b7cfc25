import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Denied, InspectError, Misconfigured, Other, Unavailable, approved, deny } from 'pushgate-flavor';
import { HttpError } from 'pushgate-flavor/http';
import { QueryError } from 'pushgate-flavor/registry';
import { push } from 'pushgate-flavor/testing';

import { Failure, ask } from '../src/answer.js';

const PUSH = push('registry.example.com/team/app:v1');

function failure(hook, place = () => '') {
  try {
    ask(hook, PUSH, 'flavor.js', place);
  } catch (error) {
    assert(error instanceof Failure);
    return error.message;
  }
  return assert.fail('the hook did not fail');
}

test('`approved` is the only good answer', () => {
  assert.equal(
    ask(
      () => approved,
      PUSH,
      'flavor.js',
      () => '',
    ),
    null,
  );
  for (const answer of [
    undefined,
    null,
    true,
    'approved',
    0,
    deny('a', 'b'),
    new Misconfigured('x'),
    new InspectError('not-found'),
    {},
    { approved: true },
  ]) {
    assert.match(
      failure(() => answer),
      /^flavor.js: the hook returned /,
    );
  }
});

test('a refusal that is returned is named, with the line where it was made', () => {
  const answer = deny('a', 'b');
  const place = (error) => (error === answer ? 'flavor.js:3: ' : '');
  assert.equal(
    failure(() => answer, place),
    'flavor.js:3: the hook returned a refusal instead of throwing it: throw deny(…)',
  );
});

test('an async hook is named', () => {
  assert.equal(
    failure(async () => approved),
    "flavor.js: the hook is async: a flavor's hook answers before it returns: remove `async` and `await`",
  );
});

test('a thrown refusal is the answer', () => {
  for (const refusal of [deny('a', 'b'), new Misconfigured('x'), new Unavailable('x'), new Other('x')]) {
    const hook = () => {
      throw refusal;
    };
    assert.equal(
      ask(hook, PUSH, 'flavor.js', () => ''),
      refusal,
    );
  }
});

test('an exception is a failure, with its kind, text, cause and line', () => {
  const hook = () => {
    throw new RangeError('too many', { cause: new TypeError('no number') });
  };
  assert.equal(
    failure(hook, () => 'helper.ts:8: '),
    'helper.ts:8: RangeError: too many (from TypeError: no number)',
  );
  for (const [thrown, shown] of [
    ['text', '"text"'],
    [undefined, 'undefined'],
    [{ tag: 'denied' }, '{"tag":"denied"}'],
  ]) {
    const throwing = () => {
      throw thrown;
    };
    assert.equal(failure(throwing), `flavor.js: the hook threw ${shown}, which is neither a refusal nor an Error`);
  }
});

test('errors of the contract become refusals', () => {
  for (const [error, Kind, message] of [
    [new InspectError('not-found'), Unavailable, 'the image was not found'],
    [new InspectError('not-an-image', 'application/x'), Denied, 'not a container image but an artifact of type `application/x`'],
    [new InspectError('unavailable', 'gone'), Unavailable, 'the images cannot be read: gone'],
    [new InspectError('other', 'damaged'), Other, 'the images cannot be looked at: damaged'],
    [new QueryError('not-granted'), Unavailable, 'the registry could not be asked: not-granted'],
    [new QueryError('unavailable', 'gone'), Unavailable, 'the registry could not be asked: unavailable: gone'],
    [new HttpError('timed-out'), Unavailable, 'the request could not be sent: timed-out'],
  ]) {
    const hook = () => {
      throw error;
    };
    const refusal = ask(hook, PUSH, 'flavor.js', () => '');
    assert.equal(refusal.constructor, Kind);
    assert.equal(refusal.message, message);
  }
});

test('a value of another type fails where it is written', () => {
  for (const [wrong, named] of [
    [() => deny('a', 3), 'message of a violation must be a string, not number'],
    [() => deny(undefined, 'b'), 'code of a violation must be a string, not undefined'],
    [() => deny('a', 'b', 3), 'hint of a violation'],
    [() => deny('a', 'b', null, { status: 500 }), 'detail `status` of a violation'],
    [() => new Misconfigured(null), 'message of a refusal must be a string, not null'],
    [() => new Denied(['text']), 'code of a violation'],
  ]) {
    assert.throws(wrong, (error) => error instanceof TypeError && error.message.includes(named));
  }
  assert.throws(() => new Denied([]), RangeError);
});

test('several violations at once, with details in an order', () => {
  const denied = new Denied([
    { code: 'a', message: 'one' },
    {
      code: 'b',
      message: 'two',
      details: [
        ['2', 'x'],
        ['1', 'y'],
      ],
    },
  ]);
  assert.equal(denied.message, 'one; two');
  assert.deepEqual(
    [...denied.violations[1].details],
    [
      ['2', 'x'],
      ['1', 'y'],
    ],
  );
  assert.equal(denied.violations[0].hint, null);
});
