import assert from 'node:assert/strict';
import { test } from 'node:test';

import { takeLog } from 'pushgate-flavor/testing';

const { Date: RealDate, console: realConsole, performance: realPerformance } = globalThis;
const { stopClock } = await import('../src/confinement.js');

test.after(() => Object.assign(globalThis, { Date: RealDate, console: realConsole, performance: realPerformance }));

test('the console is the log', () => {
  takeLog();
  console.log('one', 2, { three: [4] }, undefined, new TypeError('five'));
  console.error('six');
  assert.deepEqual(takeLog(), [
    ['debug', 'one 2 {"three":[4]} undefined TypeError: five'],
    ['debug', 'six'],
  ]);
});

test('the clock goes until the hook is called, and then stands at the time of the push', () => {
  assert(Math.abs(Date.now() - RealDate.now()) < 1000);
  stopClock(() => 1767225600);
  assert.equal(Date.now(), 1767225600000);
  assert.equal(new Date().toISOString(), '2026-01-01T00:00:00.000Z');
  assert.equal(Date(), new RealDate(1767225600000).toString());
  assert.equal(performance.now(), 0);
});

test('dates are as they were', () => {
  assert.equal(new Date(0).toISOString(), '1970-01-01T00:00:00.000Z');
  assert.equal(new Date(2026, 0, 2).getDate(), 2);
  assert.equal(Date.UTC(1970, 0, 2), 86_400_000);
  assert(new Date() instanceof Date && new RealDate() instanceof Date);
  assert.equal(new Date().constructor, Date);
  class Later extends Date {}
  assert(new Later() instanceof Later);
});
