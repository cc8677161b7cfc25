#!/usr/bin/env node
// The command `pushgate-flavor`.

import { parseArgs } from 'node:util';

import { build } from './component.js';
import { BuildError } from './error.js';

const USAGE = `Usage: pushgate-flavor build [--debug] [--project DIR]

Makes build/NAME.wasm of the flavor in the current folder.

  --debug        make build/NAME.debug.wasm: with WASI, so that the JavaScript engine itself can say why it ended
  --project DIR  the folder of the project`;

async function main() {
  const options = { debug: { type: 'boolean' }, project: { type: 'string', default: '.' }, help: { type: 'boolean', short: 'h' } };
  let given;
  try {
    given = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new BuildError(error.message, USAGE);
  }
  const { values, positionals } = given;
  if (values.help) return console.log(USAGE);
  if (positionals.length !== 1 || positionals[0] !== 'build') throw new BuildError('a command is missing: build', USAGE);
  const { path, size } = await build(values.project, { debug: values.debug });
  return console.log(`${path} (${(size / 1e6).toFixed(1)} MB)`);
}

main().catch((error) => {
  if (!(error instanceof BuildError)) throw error;
  console.error(`error: ${error.message}`);
  if (error.hint) console.error(`hint: ${error.hint}`);
  process.exitCode = 1;
});
