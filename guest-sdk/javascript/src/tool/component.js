// From a project to a component.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundle } from './bundle.js';
import { place } from '../place.js';
import { BuildError } from './error.js';
import { readProject } from './project.js';
import { describe, exportsInterface } from './sections.js';

/** Makes `build/NAME.wasm` of the project in a folder, or `build/NAME.debug.wasm`; gives its path and size. */
export async function build(folder, { debug = false } = {}) {
  const project = readProject(folder);
  const { source, runs } = await bundle(project, await tool('esbuild'), await tool('acorn'));
  const made = await componentize(project, source, runs, { debug });
  checkWorld(project, made);
  const component = describe(made, project);
  const path = join(folder, 'build', `${project.name}${debug ? '.debug' : ''}.wasm`);
  mkdirSync(join(folder, 'build'), { recursive: true });
  // Beside its place, so that the old component or the new one is there, and never a half.
  writeFileSync(`${path}.partial`, component);
  renameSync(`${path}.partial`, path);
  return { path, size: component.length };
}

async function componentize(project, jsSource, runs, { debug }) {
  const { componentize } = await tool('componentize-qjs');
  const options = { witPath: project.wit, world: project.world, jsSource, sync: true, optSize: true, stubWasi: !debug };
  try {
    return (await componentize(options)).component;
  } catch (error) {
    throw reason(project, runs, error.message);
  }
}

/** A tool that the SDK depends on. Loaded when it is needed, so that its absence has words. */
async function tool(name) {
  try {
    const module = await import(name);
    return module.default ?? module;
  } catch (error) {
    throw new BuildError(`${name} cannot be loaded: ${error.message.split('\n')[0]}`, 'npm install, in the folder of the project');
  }
}

/** What the tool says, without what it says about itself. */
function reason(project, runs, said) {
  const [, missing] = /resolving module 'pushgate:flavor\/([a-z-]+)@/.exec(said) ?? [];
  if (missing) {
    return new BuildError(
      `the flavor uses pushgate-flavor/${missing}, and the world in ${project.wit} does not import it`,
      `add \`import pushgate:flavor/${missing}@0.1.2;\` to it`,
    );
  }
  // What the flavor throws while it is imported, with its stack.
  const [, thrown, stack] = /module evaluation: (?:Error: )?(.*)([^]*)/.exec(said) ?? [, said.trim(), ''];
  return new BuildError(`the component could not be made: ${place(runs, stack)}${thrown}`);
}

/** Whether the world and the files agree. */
function checkWorld(project, component) {
  if (!exportsInterface(component, 'prepare-image-push')) {
    throw new BuildError(`the world in ${project.wit} exports no hook`, '`include pushgate:flavor/flavor@0.1.2;` in it');
  }
  const exported = exportsInterface(component, 'settings');
  if (exported && project.schema === null) {
    throw new BuildError(
      `the world in ${project.wit} exports \`settings\`, and there is no settings.schema.json`,
      'write one, or `include pushgate:flavor/flavor@0.1.2;` instead of `configurable-flavor`',
    );
  }
  if (!exported && project.schema !== null) {
    throw new BuildError(
      `settings.schema.json is there, and the world in ${project.wit} does not export \`settings\``,
      '`include pushgate:flavor/configurable-flavor@0.1.2;` in it',
    );
  }
}
