#!/usr/bin/env node
/** Starts posthorn. CommonJS, since the size of the thread pool counts only when set before the first ES module loads. */
'use strict';

const { existsSync, mkdirSync, statSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { isAbsolute, join } = require('node:path');
const { pathToFileURL } = require('node:url');

/** sysexits(3): a support program or file does not exist. Neither the call nor the configuration is wrong. */
const EX_UNAVAILABLE = 69;
const EX_SOFTWARE = 70;

const main = join(__dirname, '..', 'dist', 'main.js');
const argv = process.argv.slice(2);

function olderThan(major, minor) {
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number);
  return hasMajor < major || (hasMajor === major && hasMinor < minor);
}

function refuse(message) {
  process.stderr.write(`posthorn: ${message}\n`);
  process.exitCode = EX_UNAVAILABLE;
}

/**
 * Compiled code is kept for the next start where Node can (22.1 and later). In a folder that nobody else may write, never in the
 * common temporary one: what stands there is run.
 */
function keepCompiled() {
  if (enableCompileCache === undefined || process.env.NODE_DISABLE_COMPILE_CACHE === '1') return;
  const { XDG_CACHE_HOME: given = '' } = process.env;
  const folder = join(
    isAbsolute(given) ? given : join(homedir(), '.cache'),
    'posthorn',
    'compiled',
  );
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === process.geteuid() && (mode & 0o022) === 0) enableCompileCache(folder);
  } catch {
    // A home that can't be written costs nothing but the time.
  }
}

/** A plain sendmail has a file of its own: the whole program takes longer to load than the message to be queued. */
async function start() {
  if (argv.includes('sendmail') && (await require('../dist/sendmail.cjs').sendmail(argv))) return;
  // A batch of messages waits for as many fsyncs as the pool has threads; Node's default of 4 makes it twice as slow. A single
  // message needs no more, and would wait for all of them to start.
  process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '32';
  const { main: run } = await import(pathToFileURL(main).href);
  await run(argv);
}

/** Only what escapes main's own handling comes here. */
function crashed(error) {
  const verbose = argv.includes('--verbose') || argv.includes('-v');
  process.stderr.write(`posthorn: ${verbose ? error.stack : error.message}\n`);
  process.exitCode = EX_SOFTWARE;
}

if (olderThan(20, 19)) {
  refuse(`needs Node 20.19 or later, this is ${process.version}`);
} else if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else if (!existsSync(main)) {
  refuse('is not built yet: run `npm run build`');
} else {
  keepCompiled();
  start().catch(crashed);
}
