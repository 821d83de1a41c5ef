/** posthorn as people run it: a process of its own, in a HOME of its own, with cron's bare environment. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccountJson } from '../../src/app/sync/report-json.ts';
import type { Dovecot, User } from '../servers/dovecot.ts';

const launcher = fileURLToPath(new URL('../../bin/posthorn.cjs', import.meta.url));

export interface Home {
  readonly dir: string;
  /** The Maildir of the inbox, below which `new`, `cur` and `tmp` stand. */
  readonly inbox: string;
  /** Starts `posthorn sync`, to be killed or waited for. */
  start(...options: string[]): ChildProcess;
  /** `posthorn sync --json` to its end; throws where it exits with anything but 0. */
  sync(): Promise<AccountJson>;
  remove(): Promise<void>;
}

/** A HOME with one account that receives the user's mail: POP3 deletes on the server what is stored. */
export async function makeHome(
  dovecot: Dovecot,
  user: User,
  type: 'imap' | 'pop3',
  sync?: Readonly<Record<string, unknown>>,
): Promise<Home> {
  const dir = await mkdtemp(join(tmpdir(), 'posthorn-crash-'));
  await writeFile(join(dir, 'password'), `${user.password}\n`, { mode: 0o600 });
  await writeFile(join(dir, 'config.yaml'), configuration(dovecot, user, type, sync), {
    mode: 0o600,
  });
  const start = (...options: string[]): ChildProcess =>
    spawn(
      process.execPath,
      [launcher, '--config', join(dir, 'config.yaml'), 'sync', '--no-input', ...options],
      {
        env: { HOME: dir, PATH: process.env['PATH'] ?? '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  return {
    dir,
    inbox: join(dir, 'mail', 'work', 'INBOX'),
    start: (...options) => start('--quiet', ...options),
    sync: async () => reportOf(await outcome(start('--json'))),
    remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The example's way of writing: relative paths start at the file's folder. */
function configuration(
  dovecot: Dovecot,
  user: User,
  type: 'imap' | 'pop3',
  sync?: Readonly<Record<string, unknown>>,
): string {
  const port = type === 'imap' ? dovecot.ports.imaps : dovecot.ports.pop3s;
  return JSON.stringify({
    version: 1,
    options: { mailRoot: 'mail' },
    accounts: {
      work: {
        type,
        send: false,
        ...(sync === undefined ? {} : { sync }),
        identity: { address: user.address },
        incoming: {
          host: dovecot.host,
          port,
          security: 'tls',
          tls: { ca: dovecot.ca },
          username: user.address,
          password: { file: 'password' },
          ...(type === 'pop3' ? { leaveOnServer: false } : {}),
        },
      },
    },
  });
}

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function outcome(child: ChildProcess): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { status, signal, ...said };
}

function reportOf({ status, stdout, stderr }: Outcome): AccountJson {
  if (status !== 0) throw new Error(`sync ended with ${String(status)}: ${stderr}${stdout}`);
  const [account] = (JSON.parse(stdout) as { accounts: AccountJson[] }).accounts;
  if (account === undefined) throw new Error(`sync told of no account: ${stdout}`);
  return account;
}
