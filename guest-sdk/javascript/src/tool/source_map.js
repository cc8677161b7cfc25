// Source maps, as far as lines go.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Runs of lines that come from lines in a row of one file: the first in the bundle, their number, the file, the first in the file; counted from 1.
 * `nameOf` gives the file's name to show, or null for one that is left out.
 */
export function runsOf(map, nameOf) {
  const names = map.sources.map(nameOf);
  const runs = [];
  for (const [line, source, original] of linesOf(map.mappings)) {
    const name = names[source];
    if (name === null) continue;
    const last = runs.at(-1);
    if (last && last[2] === name && last[0] + last[1] === line && last[3] + last[1] === original) last[1] += 1;
    else runs.push([line, 1, name, original]);
  }
  return runs;
}

/** For each line of the bundle that comes from a source: its number, the source's, and the line there of what it begins with. */
function* linesOf(mappings) {
  let source = 0;
  let original = 0;
  let number = 0;
  for (const line of mappings.split(';')) {
    number += 1;
    let first = true;
    for (const segment of line.split(',')) {
      const [, ofSource, ofLine] = numbersOf(segment);
      if (ofSource === undefined) continue;
      source += ofSource;
      original += ofLine;
      if (first) yield [number, source, original + 1];
      first = false;
    }
  }
}

/** Base 64 VLQ: five bits a digit, the lowest first; the lowest bit of the number is its sign. */
function numbersOf(segment) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
