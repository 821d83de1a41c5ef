/**
 * Bundles src/ into dist/: the program as one file, of which a command runs no more than it needs, since what is imported late is
 * carried out late; and sendmail's quick way as a smaller one (docs/decisions/start.md).
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { charsetsBuild, leanImapflow } from './lean-imapflow.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Worker threads and child processes are loaded by file name, so each is an entry of its own: `dist/state-worker.js`. */
const workers = {
  'state-worker': 'src/adapters/state/worker.ts',
  'keyring-program': 'src/adapters/secrets/keyring-program.ts',
};

function workerEntries() {
  const present = Object.entries(workers).filter(([, source]) => existsSync(join(root, source)));
  return Object.fromEntries(present);
}

/** What they are bundled with is partly CommonJS, whose `require('net')` needs one in an ES module. */
const requireBanner = [
  "import { createRequire as requireOfBundle } from 'node:module';",
  'const require = requireOfBundle(import.meta.url);',
].join('\n');

/** One file of CommonJS each: Node's loader of ES modules takes longer than all that sendmail does, and half of what a poll does. */
const programs = {
  entryPoints: { main: 'src/main.ts', sendmail: 'src/sendmail.ts' },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  // Of Node's own modules too: the launcher gives the program no loader of ES modules.
  supported: { 'dynamic-import': false },
  banner: { js: "const urlOfBundle = require('node:url').pathToFileURL(__filename).href;" },
};

/** With an editor's charset tables, a quarter of the whole program: loaded when somebody is asked something. */
const prompts = { package: '@inquirer/prompts', file: 'prompts' };

const latePrompts = {
  name: 'late-prompts',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^${prompts.package}$`) }, () => ({
      path: `./${prompts.file}.cjs`,
      external: true,
    }));
  },
};

/** Of all sources, and of the versions of what they are bundled with. */
async function digestOf(folder) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const hash = createHash('sha256').update(await readFile(join(root, 'package.json')));
  for (const { parentPath, name } of files.filter((each) => each.isFile()))
    hash.update(name).update(await readFile(join(parentPath, name)));
  return hash.digest('hex').slice(0, 16);
}

async function bundle() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const shared = {
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // They find their prebuilt binaries beside themselves, so they stay in node_modules.
    external: ['@photostructure/sqlite', '@napi-rs/keyring', 'koffi'],
    define: {
      __POSTHORN_VERSION__: JSON.stringify(version),
      __POSTHORN_BUILD__: JSON.stringify(await digestOf(join(root, 'src'))),
    },
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
    charset: 'ascii',
    legalComments: 'none',
    // Where nothing compiled is kept, Node scans the file whole, whatever of it is called.
    minifyWhitespace: true,
    minifySyntax: true,
  };
  const whole = await build({
    ...shared,
    ...programs,
    define: { ...shared.define, 'import.meta.url': 'urlOfBundle' },
    plugins: [leanImapflow, latePrompts],
  });
  const asked = await build({
    ...shared,
    ...programs,
    entryPoints: { [prompts.file]: prompts.package },
    define: { 'import.meta.url': 'urlOfBundle' },
  });
  const threads = await build({
    ...shared,
    entryPoints: workerEntries(),
    format: 'esm',
    banner: { js: requireBanner },
  });
  const late = await build(charsetsBuild(root));
  const outputs = [whole, asked, threads, late].flatMap(({ metafile }) =>
    Object.keys(metafile.outputs),
  );
  return outputs.map((path) => basename(path));
}

/** The launcher reads them as such; one other character, and V8 would keep two octets for each. */
async function requireAscii(names) {
  for (const name of names) {
    const octets = await readFile(join(dist, name));
    const at = octets.findIndex((octet) => octet > 0x7f);
    if (at === -1) continue;
    const around = octets.subarray(Math.max(0, at - 60), at + 20).toString();
    throw new Error(`${name} is not ASCII (write \\u in a regular expression): … ${around} …`);
  }
}

/** What an earlier build has left, under names that this one does not write. */
async function sweep(written) {
  const stale = (await readdir(dist)).filter((name) => !written.includes(name));
  await Promise.all(stale.map((name) => rm(join(dist, name), { force: true, recursive: true })));
}

/** Named by the first line of every configuration file that posthorn makes: src/config/schema/line.ts knows the name. */
const schema = 'posthorn.schema.json';

/** What `posthorn config schema` prints. */
async function publishSchema() {
  const print = [join(root, 'bin', 'posthorn.cjs'), 'config', 'schema'];
  const { stdout } = await promisify(execFile)(process.execPath, print);
  await writeFile(join(dist, schema), stdout);
}

// esbuild has already said what is wrong.
const written = await bundle().catch(() => process.exit(1));
await sweep([...written, schema]);
await requireAscii(['main.cjs', 'sendmail.cjs']);
await publishSchema();
