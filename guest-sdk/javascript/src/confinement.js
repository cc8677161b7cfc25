// Words for what a component cannot do. Built with stubs instead of WASI, it traps where it would print or ask for the time, and the trap says nothing. Evaluated
// before the flavor's own modules.

import { log } from './log.js';

function print(...values) {
  log.debug(values.map((value) => (typeof value === 'string' ? value : show(value))).join(' '));
}

function show(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

globalThis.console = Object.fromEntries(['trace', 'debug', 'log', 'info', 'warn', 'error'].map((level) => [level, print]));

function noClock() {
  throw new Error('a flavor has no clock: `push.requestedAt` is the time of the push, in seconds');
}

globalThis.performance = { now: noClock };
globalThis.Date = new Proxy(Date, {
  construct: (Target, given, newTarget) => (given.length > 0 ? Reflect.construct(Target, given, newTarget) : noClock()),
  apply: noClock,
  get: (Target, name) => (name === 'now' ? noClock : Target[name]),
});
Date.prototype.constructor = Date;
