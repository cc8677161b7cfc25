// From a line of the bundle to one of the author's.

/**
 * The innermost line of the author's in a stack, as `flavor.js:3: `, or an empty text. Of each run of lines there is the first in the bundle, their number, the
 * file, and the first in the file.
 */
export function place(runs, stack) {
  for (const [, text] of stack.matchAll(/:user\.js:(\d+)/g)) {
    const line = Number(text);
    const run = runs.find(([first, count]) => line >= first && line < first + count);
    if (run) return `${run[2]}:${run[3] + line - run[0]}: `;
  }
  return '';
}
