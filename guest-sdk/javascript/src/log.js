// Messages for the person who pushes.

import { send } from '#log';

import { refusingUnknown } from './members.js';

function at(level) {
  // A lone surrogate has no UTF-8, and would end the call.
  return (message) => send(level, String(message).toWellFormed());
}

const levels = { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };

export const log = new Proxy(Object.freeze(levels), refusingUnknown('`log`', Object.keys(levels)));
