/** The programs that posthorn is measured beside: found, installed where we are root on Debian, or left out. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { atEnd } from './ending.mjs';

/** Program to Debian package, and how it tells its version. */
const peers = {
  mbsync: ['isync', '--version'],
  offlineimap: ['offlineimap3', '--version'],
  mpop: ['mpop', '--version'],
  fetchmail: ['fetchmail', '--version'],
  getmail: ['getmail6', '--version'],
  msmtp: ['msmtp', '--version'],
  strace: ['strace', '--version'],
};

const bin = '/usr/bin';
const policy = '/usr/sbin/policy-rc.d';

export const isInstalled = (peer) => existsSync(`${bin}/${peer}`);

/** Nothing that is installed for a measurement is started as a service. */
function withoutServices(install) {
  if (existsSync(policy)) return install();
  const allow = atEnd(() => rmSync(policy, { force: true }));
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  install();
  return allow();
}

function apt(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 'ignore', 'ignore'];
  return (
    spawnSync('apt-get', ['-y', '-q', ...words], { env, stdio, timeout: 300_000 }).status === 0
  );
}

/** Tries to install what is missing; whoever is still missing afterwards is left out of the rows. */
export async function installPeers(names) {
  const missing = names.filter((name) => !isInstalled(name)).map((name) => peers[name][0]);
  if (missing.length === 0 || process.getuid() !== 0 || !existsSync(`${bin}/apt-get`)) return;
  process.stderr.write(`bench: installing ${missing.join(' ')}\n`);
  const words = ['install', '--no-install-recommends', '--no-remove', ...missing];
  await withoutServices(() => apt(...words) || (apt('update') && apt(...words)));
}

/** The first line that a program says of itself. */
export function versionOf(peer) {
  const [, word] = peers[peer];
  const { stdout, stderr } = spawnSync(peer, [word], { encoding: 'utf8', timeout: 10_000 });
  return `${stdout}${stderr}`.split('\n')[0].trim();
}
