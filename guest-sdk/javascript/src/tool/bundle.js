// From the flavor's modules to one module, with the lines that they come from.

import { realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EVENT_LOOP, lackOfModule } from '../lacks.js';
import { BuildError } from './error.js';
import { withMarks } from './generators.js';
import { runsOf } from './source_map.js';

const SDK = realpathSync(fileURLToPath(new URL('..', import.meta.url)));

/** Bundles the project with the SDK: one module that has the exports of the component, and the runs of lines that come from the author's. */
export async function bundle(project, { build }, parser) {
  const contents = [
    `import { prepareImagePush as expose } from ${JSON.stringify(resolve(SDK, 'component.js'))};`,
    `import * as flavor from ${JSON.stringify(`./${project.entry}`)};`,
    `export const prepareImagePush = expose(flavor, ${JSON.stringify(project.entry)});`,
    project.schema === null ? '' : `export const settings = { schema: () => ${JSON.stringify(project.schema)} };`,
  ];
  let made;
  try {
    made = await build({
      stdin: { contents: contents.join('\n'), resolveDir: project.folder, sourcefile: 'component' },
      absWorkingDir: resolve(project.folder),
      bundle: true,
      charset: 'utf8',
      conditions: ['pushgate-component'],
      external: ['pushgate:*'],
      format: 'esm',
      legalComments: 'none',
      logLevel: 'silent',
      mainFields: ['module', 'main'],
      outfile: 'bundle.js',
      platform: 'neutral',
      sourcemap: 'external',
      sourcesContent: false,
      // So that they make their promises where those of a call are refused: what waits for a promise would never run.
      supported: { 'async-await': false, 'async-generator': false, 'for-await': false },
      target: 'es2023',
      write: false,
    });
  } catch (error) {
    if (!error.errors) throw error;
    throw new BuildError([...new Set(error.errors.map(describe))].join('\n'));
  }
  const [map, code] = ['.map', '.js'].map((ending) => made.outputFiles.find((file) => file.path.endsWith(ending)).text);
  const runs = runsOf(JSON.parse(map), (source) => authored(project, source), code);
  const isOfAuthor = (line) => runs.some(([first, count]) => line >= first && line < first + count);
  const marked = withMarks(code, isOfAuthor, parser);
  return { source: `${marked}\nglobalThis.__pushgateLines = ${JSON.stringify(runs)};\n`, runs };
}

/** The name to show for a source that the flavor's author wrote, or null. */
function authored(project, source) {
  const path = resolve(project.folder, source);
  const shown = relative(project.folder, path);
  const elsewhere = path.startsWith(SDK + sep) || shown.split(sep).includes('node_modules') || source === 'component';
  return elsewhere ? null : shown;
}

function describe({ text, location }) {
  return `${location ? `${location.file}:${location.line}:${location.column + 1}: ` : ''}${reason(text)}`;
}

/** What esbuild says, or what a flavor has instead. */
function reason(text) {
  const [, missing = ''] = /^Could not resolve "(.*)"$/.exec(text) ?? [];
  if (isBuiltin(missing)) return `\`${missing}\` is a module of Node.js: ${lackOfModule(missing)}`;
  if (text.startsWith('Top-level await')) return EVENT_LOOP;
  return text;
}
