#!/usr/bin/env node
/** Starts posthorn. CommonJS, since the size of the thread pool counts only when set before the first ES module loads. */
'use strict';

// A batch of messages waits for as many fsyncs as the pool has threads; Node's default of 4 makes it twice as slow.
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '32';

const { existsSync } = require('node:fs');
const { isAbsolute, join } = require('node:path');
const { pathToFileURL } = require('node:url');

/** sysexits(3): a support program or file does not exist. Neither the call nor the configuration is wrong. */
const EX_UNAVAILABLE = 69;
const EX_SOFTWARE = 70;

/** From Node 22.1 on. Not in Node's own place below /tmp, where another user could put something to be run. */
function keepCompiled({ XDG_CACHE_HOME = '', HOME = '' }) {
  const caches = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : HOME && join(HOME, '.cache');
  if (isAbsolute(caches)) require('node:module').enableCompileCache?.(join(caches, 'posthorn'));
}

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
  keepCompiled(process.env);
  import(pathToFileURL(main).href).then((module) => module.main(argv)).catch(crashed);
}
