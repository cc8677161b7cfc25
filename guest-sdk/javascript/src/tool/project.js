// The project that a flavor is: its package.json and its files.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { BuildError } from './error.js';

/** Reads the project in a folder. */
export function readProject(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) {
    throw new BuildError(`${manifest} not found`, "build in the folder of the flavor's project, or name it with --project");
  }
  let contents;
  try {
    contents = JSON.parse(readFileSync(manifest, 'utf8'));
  } catch (error) {
    throw new BuildError(`${manifest}: ${error.message}`);
  }
  const { name, version, description = '', 'pushgate-flavor': { module, world } = {} } = contents;
  for (const [key, value] of Object.entries({ name, version, description })) {
    if (typeof value !== 'string') throw new BuildError(`${manifest}: \`${key}\` is ${value === undefined ? 'missing' : 'not a text'}`);
  }
  const wit = join(folder, 'wit');
  if (!existsSync(wit)) {
    throw new BuildError(`${wit} not found`, '`pushgate wit` prints the contract, which belongs into wit/deps/pushgate-flavor/flavor.wit');
  }
  const candidates = module ? [module] : ['flavor.ts', 'flavor.js'];
  const entry = candidates.find((candidate) => existsSync(join(folder, candidate)));
  if (!entry) {
    throw new BuildError(`${join(folder, candidates.at(-1))} not found`, 'it holds the hook; `"pushgate-flavor": { "module": … }` in package.json names another file');
  }
  const schema = join(folder, 'settings.schema.json');
  return {
    folder,
    // A scope is no part of a file's name.
    name: name.replace(/^@.*\//, ''),
    version,
    description,
    wit,
    world,
    entry,
    schema: existsSync(schema) ? readFileSync(schema, 'utf8') : null,
  };
}
