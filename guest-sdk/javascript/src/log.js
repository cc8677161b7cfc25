// Messages for the person who pushes.

import { send } from '#log';

function at(level) {
  // A lone surrogate has no UTF-8, and would end the call.
  return (message) => send(level, String(message).toWellFormed());
}

export const log = Object.freeze({ trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
