// What a component has of the world. Built with stubs instead of WASI, it traps where it would print or ask for the time, and the trap says nothing. Evaluated
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

let clock = Date.now;

/** From now on the clock stands at the time of the push, in seconds. */
export function stopClock(requestedAt) {
  clock = () => requestedAt() * 1000;
}

globalThis.performance = { now: () => 0 };
globalThis.Date = new Proxy(Date, {
  construct: (Target, given, newTarget) => Reflect.construct(Target, given.length > 0 ? given : [clock()], newTarget),
  apply: () => new Date().toString(),
  get: (Target, name) => (name === 'now' ? () => clock() : Target[name]),
});
Date.prototype.constructor = Date;
