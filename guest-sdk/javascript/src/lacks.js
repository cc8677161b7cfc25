// What a flavor has instead of what Node.js and browsers have.

import { note } from './made.js';

const NETWORK = 'a flavor has no network: it asks a server by pushgate-flavor/http, a capability that the operator grants';
const FILES = 'a flavor has no files: what it needs is in its settings, or in a module that it imports';
const ENVIRONMENT = 'a flavor has no environment: what differs from registry to registry is in its settings, push.settings';
const WAITING = 'a flavor cannot wait: it decides by the time of the push, push.requestedAt';
const THREADS = 'a flavor has no threads: it calls one function after the other';
const PROGRAMS = 'a flavor runs no programs: it decides by the push, its settings and its capabilities';
const RANDOMNESS = 'a flavor has no random numbers: it decides by the push, and Math.random() gives the same numbers in every call';
export const EVENT_LOOP = 'a flavor has no event loop: it answers before it returns: remove `async` and `await`';
const OTHERS = 'a flavor has what is part of JavaScript itself, and nothing of Node.js or a browser';

/** Global names of Node.js and browsers. They are left undefined, since packages look whether they are there. */
const GLOBALS = {
  [NETWORK]: ['EventSource', 'Headers', 'Request', 'Response', 'WebSocket', 'XMLHttpRequest', 'fetch'],
  [FILES]: ['Blob', 'File', 'FileReader', 'indexedDB', 'localStorage', 'sessionStorage'],
  [ENVIRONMENT]: ['Bun', 'Deno', 'process'],
  [WAITING]: ['clearInterval', 'clearTimeout', 'requestAnimationFrame', 'requestIdleCallback', 'setImmediate', 'setInterval', 'setTimeout'],
  [THREADS]: ['MessageChannel', 'SharedWorker', 'Worker'],
  [RANDOMNESS]: ['crypto'],
  [OTHERS]: [
    ...[
      'AbortController',
      'AbortSignal',
      'Buffer',
      'Event',
      'EventTarget',
      'FormData',
      'Intl',
      'TextDecoder',
      'TextEncoder',
      'URL',
      'URLSearchParams',
    ],
    ...['WebAssembly', 'document', 'global', 'module', 'navigator', 'require', 'self', 'structuredClone', 'window', '__dirname', '__filename'],
  ],
};

/** Modules of Node.js, without `node:` and what follows a slash. */
const MODULES = {
  [NETWORK]: ['dgram', 'dns', 'http', 'http2', 'https', 'net', 'tls'],
  [FILES]: ['fs', 'path'],
  [ENVIRONMENT]: ['os', 'process'],
  [WAITING]: ['timers'],
  [THREADS]: ['async_hooks', 'cluster', 'worker_threads'],
  [PROGRAMS]: ['child_process', 'repl', 'vm'],
  [RANDOMNESS]: ['crypto'],
};

/** A flavor asked for what it does not have. */
export class Lack extends Error {}

/** What to say about an error, where it is about something that a flavor does not have; undefined for others. */
export function lackOf(error) {
  if (error instanceof Lack) return error.message;
  const [, name] = (error instanceof ReferenceError && /^'?([\w$]+)'? is not defined$/.exec(error.message)) || [];
  return sentence(GLOBALS, name);
}

/** What to say about a module of Node.js. */
export function lackOfModule(name) {
  return sentence(MODULES, name.replace(/^node:/, '').split('/')[0]) ?? OTHERS;
}

function sentence(names, name) {
  return Object.keys(names).find((key) => names[key].includes(name));
}

/** From now on what would be done after the hook has returned is an error: nobody would do it, and a check in it would be forgotten. */
export function endEventLoop() {
  const fail = () => {
    const lack = new Lack(EVENT_LOOP);
    // Whoever catches it has a check that was never made all the same.
    note(lack);
    throw lack;
  };
  Promise.prototype.then = fail;
  globalThis.Promise = new Proxy(Promise, { construct: fail });
  globalThis.queueMicrotask = fail;
  // The engine's own, which waits by itself.
  Array.fromAsync = fail;
}
