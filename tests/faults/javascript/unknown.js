// Asks for members that do not exist.

import { log } from 'pushgate-flavor';

/** What each tag asks for. */
export const unknown = {
  'unknown-of-push': (push) => push.tags, // unknown-of-push
  'unknown-of-image': (push) => push.images()[0].size, // unknown-of-image
  'unknown-of-labels': (push) => push.images()[0].labels['org.opencontainers.image.title'], // unknown-of-labels
  'unknown-of-config': (push) => push.images()[0].config.Env, // unknown-of-config
  'unknown-of-log': () => /** @type {any} */ (log).warning('careful'), // unknown-of-log
  'known-and-absent': (push) => push.images()[0].config.config.Env,
  'known-to-all': (push) => console.log(push, push.images(), push.images()[0].labels, `${push}`, push.then, JSON.stringify(push.images()[0].config)),
};
