// The sections of a component, as far as the build reads or writes some.

const CUSTOM = 0;
const EXPORT = 11;
const OWN = ['component-name', 'version', 'description'];

/** The component with its name, version and description, where tools look for them: in custom sections at its outside. */
export function describe(component, { name, version, description }) {
  const kept = [...sectionsOf(component)].filter(({ id, contents }) => id !== CUSTOM || !OWN.includes(nameOf(contents)));
  const subsection = text(name);
  return Buffer.concat([
    component.subarray(0, 8),
    ...kept.map(({ whole }) => whole),
    custom('component-name', Buffer.concat([Buffer.of(0), leb128(subsection.length), subsection])),
    custom('version', Buffer.from(version)),
    custom('description', Buffer.from(description)),
  ]);
}

/** Whether the component exports an interface of the contract. */
export function exportsInterface(component, name) {
  return [...sectionsOf(component)].some(({ id, contents }) => id === EXPORT && contents.includes(`pushgate:flavor/${name}@`));
}

/** Each section: its number, its contents, and all of it. */
export function* sectionsOf(binary) {
  let start = 8;
  while (start < binary.length) {
    const [length, at] = readLeb128(binary, start + 1);
    const end = at + length;
    yield { id: binary[start], contents: binary.subarray(at, end), whole: binary.subarray(start, end) };
    start = end;
  }
}

/** The name of a custom section. */
export function nameOf(contents) {
  const [length, at] = readLeb128(contents, 0);
  return contents.subarray(at, at + length).toString();
}

export function custom(name, contents) {
  const section = Buffer.concat([text(name), contents]);
  return Buffer.concat([Buffer.of(CUSTOM), leb128(section.length), section]);
}

function text(value) {
  const data = Buffer.from(value);
  return Buffer.concat([leb128(data.length), data]);
}

function leb128(value) {
  const bytes = [];
  while (value >= 0x80) {
    bytes.push((value & 0x7f) | 0x80);
    value >>>= 7;
  }
  return Buffer.of(...bytes, value);
}

/** The number, and where it ends. */
function readLeb128(binary, start) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = binary[start];
    start += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, start];
  }
}
