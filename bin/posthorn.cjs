#!/usr/bin/env node
/** Starts posthorn. CommonJS: Node's loader of ES modules alone takes as long as half a poll. */
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** sysexits(3): a support program or file does not exist. Neither the call nor the configuration is wrong. */
const EX_UNAVAILABLE = 69;
const EX_SOFTWARE = 70;

const main = join(__dirname, '..', 'dist', 'main.cjs');
const quick = join(__dirname, '..', 'dist', 'sendmail.cjs');
const argv = process.argv.slice(2);

/** What is called again and again; the others are called by hand, and leave nothing behind that nobody asked for. */
const repeated = ['sync', 'send', 'sendmail', 'outbox', 'daemon'];

function olderThan(major, minor) {
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number);
  return hasMajor < major || (hasMajor === major && hasMinor < minor);
}

function refuse(message) {
  process.stderr.write(`posthorn: ${message}\n`);
  process.exitCode = EX_UNAVAILABLE;
}

/** A plain sendmail has a file of its own: the whole program takes longer to load than the message to be queued. */
async function start() {
  const { load } = require('./compiled.cjs');
  if (argv.includes('sendmail') && (await load(quick, 'sendmail', true).sendmail(argv))) return;
  // A batch of messages waits for as many fsyncs as the pool has threads; Node's default of 4 makes it twice as slow. A single
  // message needs no more, and would wait for all of them to start.
  process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '32';
  const keeps = argv.some((word) => repeated.includes(word)) && !argv.includes('--dry-run');
  await load(main, argv.includes('sync') ? 'sync' : 'any', keeps).main(argv);
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
  start().catch(crashed);
}
