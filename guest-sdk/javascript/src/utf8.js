// UTF-8, for an engine that has no TextEncoder and TextDecoder.

export function encode(text) {
  const escaped = encodeURIComponent(text.toWellFormed());
  return Uint8Array.from(escaped.match(/%..|./g) ?? [], (part) => (part.length === 1 ? part.charCodeAt(0) : Number.parseInt(part.slice(1), 16)));
}

/** What is no UTF-8 becomes U+FFFD: once for each longest part that could have begun a character, as in browsers. */
export function decode(bytes) {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at];
    at += 1;
    const length = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    let point = length < 0 ? -1 : length === 0 ? first : first & (0x3f >> length);
    // The second byte has narrower bounds where a shorter form, a surrogate or more than U+10FFFF would be written.
    let lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    let highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    for (let left = length; left > 0; left -= 1) {
      const next = bytes[at];
      if (!(next >= lowest && next <= highest)) {
        point = -1;
        break;
      }
      point = (point << 6) | (next & 0x3f);
      at += 1;
      lowest = 0x80;
      highest = 0xbf;
    }
    text += point < 0 ? '\ufffd' : String.fromCodePoint(point);
  }
  return text;
}
