import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decode, encode } from '../src/utf8.js';

test('texts come back', () => {
  for (const text of ['', 'plain %41', 'ä€😀', '\u0000\u007f\u0080\u07ff\u0800\uffff', '\u{10ffff}', 'line\n']) {
    assert.deepEqual(encode(text), new TextEncoder().encode(text));
    assert.equal(decode(encode(text)), text);
  }
  assert.deepEqual(encode('a\ud800'), new TextEncoder().encode('a\ud800'));
});

test('what is no UTF-8 is replaced as in browsers', () => {
  const browsers = new TextDecoder('utf-8', { ignoreBOM: true });
  const bytes = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff];
  for (const one of bytes) {
    for (const two of bytes) {
      for (const three of bytes) {
        for (const four of [0x41, 0x80, 0xbf]) {
          const text = Uint8Array.of(one, two, three, four);
          assert.equal(decode(text), browsers.decode(text), String(text));
        }
      }
    }
  }
});
