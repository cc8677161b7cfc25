import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { Denied, log } from 'pushgate-flavor';
import { Response, send } from 'pushgate-flavor/http';
import { tags } from 'pushgate-flavor/registry';
import { answering, image, push } from 'pushgate-flavor/testing';

const PUSH = push('registry.example.com/team/app:v1', {
  images: [image('linux/amd64', { labels: { a: '1' }, config: { config: { User: 'app' } } })],
});
const [IMAGE] = PUSH.images();
const RESPONSE = new Response(200, [['content-type', 'text/plain']], 'body');

const OF_PUSH = 'There is reference, registry, repository, tag, registryUri, settings, requestedAt, dryRun, images';
const OF_EXECUTION = 'There is User, ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal, Healthcheck';

test('a name that does not exist is an error with the one that was meant, and all that there are', () => {
  for (const [ask, message] of [
    [() => PUSH.tags, `\`push\` has no member \`tags\`: did you mean \`push.tag\`? ${OF_PUSH}`],
    [() => PUSH.repo, `\`push\` has no member \`repo\`: did you mean \`push.repository\`? ${OF_PUSH}`],
    [() => PUSH.registry_uri, `\`push\` has no member \`registry_uri\`: did you mean \`push.registryUri\`? ${OF_PUSH}`],
    [() => PUSH['x'.repeat(99)], `\`push\` has no member \`${'x'.repeat(99)}\`: t${OF_PUSH.slice(1)}`],
    [() => PUSH.image(), '`push` has no member `image`: did you mean `push.images`? '],
    [() => IMAGE.size, '`image` has no member `size`: did you mean `image.compressedSize`? There is platform, labels, config, compressedSize, uncompressedSize'],
    [() => IMAGE.labels['org.x'], '`image.labels` has no member `org.x`: a label is read with `image.labels.get("org.x")`. There is get, has, '],
    [() => IMAGE.labels.a, '`image.labels` has no member `a`: a label is read with `image.labels.get("a")`. '],
    [() => IMAGE.config.Env, '`image.config` has no member `Env`: did you mean `image.config.config.Env`? There is architecture, os, variant, '],
    [() => IMAGE.config.config.user, `\`image.config.config\` has no member \`user\`: did you mean \`image.config.config.User\`? ${OF_EXECUTION}`],
    [() => IMAGE.config.config.architecture, 'did you mean `image.config.architecture`? '],
    [() => IMAGE.config.rootfs.diffIds, 'did you mean `image.config.rootfs.diff_ids`? There is type, diff_ids'],
    [() => RESPONSE.ok, '`response` has no member `ok`: there is status, headers, body, text, json, header'],
    [() => RESPONSE.headers['content-type'], 'a header is read with `response.header("content-type")`. '],
    [() => log.warning('careful'), '`log` has no member `warning`: did you mean `log.warn`? There is trace, debug, info, warn, error'],
    [
      () => new Denied([{ code: 'a', message: 'b', hints: 'c' }]),
      'a violation has no member `hints`: did you mean `hint`? There is code, message, hint, details',
    ],
    [() => push('r/a:1', { setings: {} }), 'a push has no member `setings`: did you mean `settings`? '],
    [() => image('linux/amd64', { label: {} }), 'an image has no member `label`: did you mean `labels`? '],
    [() => image('linux/amd64', { config: { Env: ['A=b'] } }), '`image.config` has no member `Env`: did you mean `image.config.config.Env`? '],
    [() => answering({ digest: () => null }, () => {}), 'what the capabilities answer has no member `digest`: did you mean `manifestDigest`? '],
    [() => answering({ tags: () => [] }, () => tags('a', { first: 1 })), 'a question for tags has no member `first`: there is after, limit'],
    [() => send('GET', 'https://example.com', { header: {} }), 'what is sent with a request has no member `header`: did you mean `headers`? '],
  ]) {
    assert.throws(
      ask,
      (error) => (error instanceof TypeError && (error.message === message || error.message.includes(message))) || assert.fail(error.message),
    );
  }
});

test('what may be absent is undefined', () => {
  const { config } = IMAGE;
  assert.deepEqual([config.variant, config.created, config.config.Env, config.config.Labels], [undefined, undefined, undefined, { a: '1' }]);
  assert.deepEqual([config['os.version'], config.config.Healthcheck], [undefined, undefined]);
  assert.deepEqual([RESPONSE.headers[5], 'tags' in PUSH, 'Env' in config], [undefined, false, false]);
});

test('a health check, and the version of a Windows', () => {
  const { config } = image('windows/amd64', { config: { 'os.version': '10.0', config: { Healthcheck: { Test: ['NONE'] } } } });
  assert.deepEqual([config['os.version'], config.config.Healthcheck.Test, config.config.Healthcheck.Retries], ['10.0', ['NONE'], undefined]);
  assert.throws(() => config.config.Healthcheck.retries, /did you mean `image\.config\.config\.Healthcheck\.Retries`\? There is Test, Interval, /);
  assert.throws(() => config.os_version, /did you mean `image\.config\["os\.version"\]`\?/);
});

test('what languages and tools ask of any object is answered', async () => {
  for (const any of [PUSH, IMAGE, IMAGE.labels, IMAGE.config, RESPONSE, RESPONSE.headers, log]) {
    assert.equal(await any, any);
    assert.deepEqual([any.toJSON, any.asymmetricMatch, any[Symbol.toPrimitive], typeof any.toString], [undefined, undefined, undefined, 'function']);
    for (const options of [{}, { showHidden: true, showProxy: true, depth: 9, getters: true, customInspect: false }])
      assert.ok(inspect(any, options));
    assert.throws(() => assert.deepEqual(any, {}), assert.AssertionError);
    assert.doesNotThrow(() => assert.deepEqual(any, any));
  }
  assert.deepEqual([`${PUSH}`, JSON.stringify(IMAGE.config.config), Object.keys(PUSH)], ['[object Object]', '{"User":"app","Labels":{"a":"1"}}', []]);
  assert.deepEqual({ ...IMAGE.config.config }, IMAGE.config.config);
  assert.deepEqual(RESPONSE.headers, [['content-type', 'text/plain']]);
  assert(IMAGE.labels instanceof Map);
  assert.deepEqual([IMAGE.labels.size, IMAGE.labels.get('a'), IMAGE.labels.has('b'), [...IMAGE.labels]], [1, '1', false, [['a', '1']]]);
});
