// Does what a flavor must not do: what the tag says.

import { approved, deny } from 'pushgate-flavor';

export function prepare(push) {
  switch (push.tag) {
    case 'throw':
      throw new Error('the tag is odd');
    case 'return-refusal':
      return deny('tag.odd', 'returned');
    case 'return-nothing':
      return undefined;
    case 'return-true':
      return true;
    case 'async':
      return later();
    case 'print':
      console.log('printed by the flavor');
  }
  return approved;
}

async function later() {
  return approved;
}
