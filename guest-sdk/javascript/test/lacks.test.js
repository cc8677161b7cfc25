import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';
import { test } from 'node:test';

import { Lack, lackOf, lackOfModule } from '../src/lacks.js';

test('what a flavor has instead of a global of Node.js or a browser', () => {
  for (const [names, sentence] of [
    [['fetch', 'XMLHttpRequest', 'WebSocket'], /^a flavor has no network: it asks a server by pushgate-flavor\/http, /],
    [['localStorage', 'FileReader'], /^a flavor has no files: what it needs is in its settings, /],
    [['process', 'Deno'], /^a flavor has no environment: .* push\.settings$/],
    [['setTimeout', 'setInterval', 'setImmediate'], /^a flavor cannot wait: it decides by the time of the push, push\.requestedAt$/],
    [['Worker'], /^a flavor has no threads: /],
    [['crypto'], /^a flavor has no random numbers: /],
    [['Buffer', 'TextDecoder', 'URL', 'require', 'Intl'], /^a flavor has what is part of JavaScript itself, /],
  ]) {
    // As Node.js and as QuickJS say it.
    for (const name of names)
      for (const message of [`${name} is not defined`, `'${name}' is not defined`]) assert.match(lackOf(new ReferenceError(message)), sentence);
  }
  assert.equal(lackOf(new Lack('a sentence')), 'a sentence');
  for (const other of [new ReferenceError('pushh is not defined'), new TypeError('fetch is not defined'), 'fetch is not defined', undefined]) {
    assert.equal(lackOf(other), undefined);
  }
});

test('what a flavor has instead of a module of Node.js', () => {
  for (const [names, sentence] of [
    [['node:http', 'https', 'net', 'dns/promises'], /^a flavor has no network: /],
    [['fs', 'node:fs/promises'], /^a flavor has no files: /],
    [['node:process', 'os'], /^a flavor has no environment: /],
    [['timers/promises'], /^a flavor cannot wait: /],
    [['worker_threads'], /^a flavor has no threads: /],
    [['child_process'], /^a flavor runs no programs: /],
    [['node:crypto'], /^a flavor has no random numbers: /],
    [builtinModules, /^a flavor /],
  ]) {
    for (const name of names) assert.match(lackOfModule(name), sentence);
  }
});
