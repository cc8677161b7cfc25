// Does what a flavor must not do: what the tag says.

import { type Approval, approved, deny } from 'pushgate-flavor';

import { forgotten } from './forgotten.js';
import { lacking } from './lacking.js';
import { unknown } from './unknown.js';

// The compiler would find most of it; who says `any` has asked it not to.
export function prepare(push: any): any {
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
      return approved;
    case 'clock':
      throw deny('clock', String(Math.floor(Date.now() / 1000)));
    case 'random':
      throw deny('random', String(Math.random()));
  }
  const fault = forgotten[push.tag] ?? lacking[push.tag] ?? unknown[push.tag];
  return fault?.(push) ?? approved;
}

async function later(): Promise<Approval> {
  return approved;
}
