// Does what a flavor must not do: what the tag says.

import { type Approval, type Push, approved, deny } from 'pushgate-flavor';

// The compiler would find most of it; who answers `any` has asked it not to.
export function prepare(push: Push): any {
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

async function later(): Promise<Approval> {
  return approved;
}
