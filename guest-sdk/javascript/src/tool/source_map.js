// Source maps, as far as lines go.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Runs of lines that come from lines in a row of one file: the first in the bundle, their number, the file, the first in the file; counted from 1.
 * `nameOf` gives the file's name to show, or null for one that is left out; `code` is the bundle.
 */
export function runsOf(map, nameOf, code) {
  const names = map.sources.map(nameOf);
  const runs = [];
  for (const [line, source, original] of linesOf(map.mappings, code.split('\n'))) {
    const name = names[source];
    if (name === null) continue;
    const last = runs.at(-1);
    if (last && last[2] === name && last[0] + last[1] === line && last[3] + last[1] === original) last[1] += 1;
    else runs.push([line, 1, name, original]);
  }
  return runs;
}

/** For each line of the bundle that comes from a source: its number, the source's, and the line there of what it begins with. */
function* linesOf(mappings, code) {
  let source = 0;
  let original = 0;
  for (const [index, line] of mappings.split(';').entries()) {
    const indent = code[index]?.search(/\S/) ?? 0;
    let column = 0;
    let first = null;
    for (const segment of line.split(',')) {
      const [ofColumn, ofSource, ofLine] = numbersOf(segment);
      if (ofSource === undefined) continue;
      column += ofColumn;
      source += ofSource;
      original += ofLine;
      // esbuild maps the blanks before a line to where the line before it came from.
      if (first === null || column <= indent) first = [index + 1, source, original + 1];
    }
    if (first) yield first;
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
