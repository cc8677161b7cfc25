// Where there is no host, in unit tests: `takeLog` of testing.js gives what was said.

export const recorded = [];

export function send(level, message) {
  recorded.push([level, message]);
}
