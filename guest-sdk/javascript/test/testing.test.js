import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InspectError, log } from 'pushgate-flavor';
import { Response, get, send } from 'pushgate-flavor/http';
import { QueryError, manifestDigest, repositoryExists, tags } from 'pushgate-flavor/registry';
import { answering, image, push, takeLog } from 'pushgate-flavor/testing';

test('a push by tag', () => {
  const made = push('registry.example.com:5000/team/app:v1', { settings: { tags: ['v1'] } });
  assert.deepEqual(
    [made.registry, made.repository, made.tag, made.registryUri],
    ['registry.example.com:5000', 'team/app', 'v1', 'registry.example.com:5000'],
  );
  assert.deepEqual([made.settings, made.requestedAt, made.dryRun], [{ tags: ['v1'] }, 1767225600, false]);
});

test('a push by digest', () => {
  const made = push('docker.io/library/app@sha256:00', { uri: 'docker.io/library', dryRun: true });
  assert.deepEqual([made.repository, made.tag, made.registryUri, made.dryRun], ['library/app', null, 'docker.io/library', true]);
});

test('a name that is not canonical', () => {
  for (const name of ['app', 'app:v1', 'registry.example.com/app', 'registry.example.com/']) {
    assert.throws(() => push(name), /no canonical reference/);
  }
});

test('images', () => {
  const options = { labels: { b: '2', a: '1' }, config: { config: { User: '1000' } } };
  const [only] = push('r/a:1', { images: [image('linux/arm64/v8', options)] }).images();
  assert.deepEqual(
    [only.platform, [...only.labels]],
    [
      'linux/arm64/v8',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
  );
  assert.deepEqual(only.config, {
    architecture: 'arm64',
    os: 'linux',
    variant: 'v8',
    config: { User: '1000', Labels: { a: '1', b: '2' } },
    rootfs: { type: 'layers', diff_ids: [] },
  });
  assert.throws(() => push('r/a:1').images(), { name: 'InspectError', case: 'not-found' });
  const artifact = push('r/a:1', { images: new InspectError('not-an-image', 'application/x') });
  assert.throws(() => artifact.images(), { message: 'not-an-image: application/x' });
});

test('the digest and annotations', () => {
  const made = push('r/a:1', { images: [image('linux/amd64', { annotations: { b: '2', a: '1' } }), image()], digest: 'sha256:00' });
  assert.equal(made.digest(), 'sha256:00');
  assert.deepEqual(
    made.images().map((one) => [...one.annotations]),
    [
      [
        ['a', '1'],
        ['b', '2'],
      ],
      [],
    ],
  );
  assert.equal(push('r/a:1').digest(), null);
  assert.throws(() => push('r/a:1', { images: new InspectError('unavailable', 'gone') }).digest(), InspectError);
});

test('sizes', () => {
  const images = push('r/a:1', { images: [image('linux/amd64', { compressedSize: 2 ** 40, uncompressedSize: 0 }), image()] }).images();
  assert.deepEqual(
    images.map((one) => [one.compressedSize, one.uncompressedSize]),
    [
      [2 ** 40, 0],
      [null, null],
    ],
  );
});

test('messages are taken once', () => {
  takeLog();
  log.warn('careful');
  log.error('no \ud800');
  assert.deepEqual(takeLog(), [
    ['warn', 'careful'],
    ['error', 'no \ufffd'],
  ]);
  assert.deepEqual(takeLog(), []);
});

test('without a component the remedy is told', () => {
  for (const ask of [() => tags('a'), () => manifestDigest('a', 'b'), () => get('https://example.com')]) assert.throws(ask, /answering\(/);
});

test('capabilities answer as the test says, as long as it runs', () => {
  const seen = [];
  const answers = {
    repositoryExists: (repository) => repository === 'there',
    tags: (repository, options) => [repository, options.after ?? 'none', String(options.limit)],
    manifestDigest() {
      throw new QueryError('unavailable', 'gone');
    },
    send(request) {
      seen.push(request);
      return new Response(200, [['content-type', 'application/json']], '{"a":"ä"}');
    },
  };
  answering(answers, () => {
    assert.deepEqual([repositoryExists('there'), repositoryExists('not')], [true, false]);
    assert.deepEqual(tags('a', { after: 'v1', limit: 2 }), ['a', 'v1', '2']);
    assert.deepEqual(tags('a'), ['a', 'none', '1000']);
    assert.throws(() => manifestDigest('a', 'b'), { name: 'QueryError', case: 'unavailable', text: 'gone' });
    const response = send('POST', 'https://example.com', { headers: { accept: '*/*' }, body: 'ä' });
    assert.deepEqual(
      [response.status, response.json(), response.header('Content-Type'), response.header('x')],
      [200, { a: 'ä' }, 'application/json', null],
    );
  });
  assert.deepEqual(seen, [{ method: 'POST', url: 'https://example.com', headers: [['accept', '*/*']], body: Uint8Array.of(0xc3, 0xa4) }]);
  assert.throws(() => tags('a'), /answering\(/);
});
