// What a flavor answers.

import { drop, noteRefusal } from './made.js';
import { checkMembers } from './members.js';

export const approved = Object.freeze({ approved: true });

export class Refusal extends Error {
  constructor(message, options) {
    super(message, options);
    noteRefusal(this);
  }

  drop() {
    drop(this);
  }
}

export class Denied extends Refusal {
  constructor(violations) {
    const checked = Array.from(violations, checkedViolation);
    if (checked.length === 0) {
      throw new RangeError('a denial needs at least one violation: return `approved` when there is none');
    }
    super(checked.map((violation) => violation.message).join('; '));
    this.name = 'Denied';
    this.violations = checked;
  }
}

class Message extends Refusal {
  constructor(message, options) {
    super(text(message, 'the message of a refusal'), options);
    this.name = new.target.name;
  }
}

export class Misconfigured extends Message {}
export class Unavailable extends Message {}
export class Other extends Message {}

export function deny(code, message, hint, details) {
  return new Denied([{ code, message, hint, details }]);
}

/** A value of another type would end the call far from here, without a word. */
function checkedViolation(violation) {
  const { code, message, hint = null, details = {} } = Object(violation);
  const pairs = details?.[Symbol.iterator] ? details : Object.entries(details ?? {});
  const checked = Object.freeze({
    code: text(code, 'the code of a violation'),
    message: text(message, 'the message of a violation'),
    hint: hint === null ? null : text(hint, 'the hint of a violation'),
    details: new Map(
      Array.from(pairs, ([name, value]) => [text(name, 'the name of a detail'), text(value, `the detail \`${name}\` of a violation`)]),
    ),
  });
  checkMembers(violation, Object.keys(checked), 'a violation');
  return checked;
}

function text(value, what) {
  if (typeof value !== 'string') {
    throw new TypeError(`${what} must be a string, not ${value === null ? 'null' : typeof value}`);
  }
  return value;
}
