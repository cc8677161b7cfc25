// Names that do not exist are errors: `undefined` would make a rule that never applies.

/** What engines, and what compares or prints values in tests, ask of any object: Node.js (`href`), Jest, Vitest. */
const ASKED_OF_ALL = /^(then|toJSON|href|asymmetricMatch|nodeType|tagName|\$\$.*|@@.*)$/;

/**
 * The handler of a proxy that refuses members which neither its target nor `members` have. `shown` is what an author writes for the object; `elsewhere` are
 * names and members of objects that it may be taken for, and `remedy` says what to write instead of any name.
 */
export function refusingUnknown(shown, members, { elsewhere = [], remedy } = {}) {
  return {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || name in target || members.includes(name) || ASKED_OF_ALL.test(name) || isOfArrays(target, name))
        return Reflect.get(target, name, receiver);
      throw new TypeError(unknown(shown, name, members, remedy?.(name) ?? meant(name, [[shown, members], ...elsewhere])));
    },
  };
}

/** The instances of a class refuse members that they do not have. Those that a constructor sets are named besides. */
export function refuseUnknown(Class, shown, { members = [], ...options } = {}) {
  const known = [...members, ...Object.getOwnPropertyNames(Class.prototype).filter((name) => name !== 'constructor')];
  // At the end of the chain of prototypes: it is asked for what nobody else has, and `this` is the object itself.
  const end = Object.create(Object.getPrototypeOf(Class.prototype));
  Object.setPrototypeOf(Class.prototype, new Proxy(end, refusingUnknown(shown, known, options)));
}

/** Throws where an object that an author wrote has other members than these. */
export function checkMembers(given, members, shown, elsewhere = []) {
  for (const name of Object.keys(given)) {
    if (!members.includes(name)) throw new TypeError(unknown(shown, name, members, meant(name, [['', members], ...elsewhere])));
  }
}

function unknown(shown, name, members, instead) {
  return `${shown} has no member \`${name}\`: ${instead ? `${instead} There is` : 'there is'} ${members.join(', ')}`;
}

/** An array has no member beyond its end, and is asked for a size by Node.js. */
function isOfArrays(target, name) {
  return Array.isArray(target) && /^(\d+|size)$/.test(name);
}

function meant(name, candidates) {
  // Somebody else's text, as a rule.
  if (name.length > 50) return undefined;
  const [low, far] = [plain(name), Math.max(1, Math.floor(name.length / 3))];
  const alike = [
    (member) => member === low,
    (member) => distance(member, low) <= far,
    (member) => low.length > 2 && (member.includes(low) || low.includes(member)),
  ];
  for (const is of alike) {
    for (const [shown, members] of candidates) {
      const found = members.find((member) => is(plain(member)));
      if (found) return `did you mean \`${written(shown.replaceAll('`', ''), found)}\`?`;
    }
  }
  return undefined;
}

/** What an author writes for a member. */
function written(of, name) {
  if (!of) return name;
  return /^\w+$/.test(name) ? `${of}.${name}` : `${of}[${JSON.stringify(name)}]`;
}

/** A name without what differs between styles. */
function plain(name) {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** How many letters are added, left out or changed between two words. */
function distance(one, other) {
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const next = [row + 1];
    for (const [column, against] of [...other].entries()) {
      next.push(Math.min(last[column] + (letter === against ? 0 : 1), last[column + 1] + 1, next[column] + 1));
    }
    last = next;
  }
  return last.at(-1);
}
