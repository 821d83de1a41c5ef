/** Reads who may send: from what was kept for this very configuration, else strictly, and then keeps it. */

import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, ConfigLocation } from '../../config/read/config.ts';
import { findConfig, readConfigFile } from '../../config/read/find.ts';
import { keptSenders, sendersFile, sendersFrom, type Basis } from '../../config/read/senders.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import { configSource, type Run } from '../world.ts';

export interface SendersRead extends Senders {
  readonly path: string;
  readonly location: ConfigLocation;
  readonly text: string;
  /** The configuration as a whole, where it was read. */
  readonly config: Config | null;
}

/** The names of a build's files are hashes of what is in them, and this is one of them: it knows its schema by name. */
const build = import.meta.url;

/** Errors as loadConfig. */
export async function readSenders(run: Run): Promise<SendersRead> {
  const location = await findConfig(configSource(run));
  const { text, exists, warnings } = await readConfigFile(location.path);
  const { path } = location;
  for (const warning of warnings) run.output.warn(warning);
  const known = exists ? await lookUp(location, text) : null;
  if (known !== null) return { ...known, path, location, text, config: null };
  const { configFrom } = await import('../../config/read/reading.ts');
  const { loadConfigAt } = await import('../../config/read/load.ts');
  const config = exists ? configFrom(text, location) : await loadConfigAt(location);
  return { ...config, text, config };
}

/** The id that files and state of the account hang on; where the file has none, the state gives it one. What was read is kept. */
export async function accountIdOf(
  run: Run,
  senders: SendersRead,
  account: SendingAccount,
): Promise<string> {
  const id = account.id ?? (await boundId(run, senders, account.name));
  if (senders.config === null && account.id !== undefined) return id;
  const accounts = new Map(senders.accounts).set(account.name, { ...account, id });
  await keep({ ...senders, accounts });
  return id;
}

async function boundId(run: Run, { config, text, location }: SendersRead, name: string) {
  const { configFrom } = await import('../../config/read/reading.ts');
  const { accountNamed } = await import('../account-named.ts');
  const { bindAccount } = await import('../../app/accounts/bind-account.ts');
  const { withNeighbours } = await import('../session.ts');
  const whole = config ?? configFrom(text, location);
  return withNeighbours(run, whole, async (neighbours) => {
    const { id } = await bindAccount(accountNamed(whole, name), neighbours);
    return id;
  });
}

function fileOf({ places }: ConfigLocation): string {
  return join(places.stateDir, sendersFile);
}

async function lookUp(location: ConfigLocation, text: string): Promise<Senders | null> {
  try {
    const file = await readFile(fileOf(location), 'utf8');
    return sendersFrom(file, await basisOf(location, text));
  } catch {
    return null;
  }
}

async function basisOf(location: ConfigLocation, text: string): Promise<Basis> {
  return { text, location, build, state: await stateOf(location) };
}

/** Whoever takes the database away, or puts another in its place, takes the ids with it. */
async function stateOf({ places }: ConfigLocation): Promise<string> {
  const found = await stat(join(places.stateDir, 'state.db'), { bigint: true }).catch(() => null);
  return found === null ? 'none' : [found.dev, found.ino, found.birthtimeNs].join(' ');
}

/** Nothing but time is lost where it can't be written, or does not survive: its seal tells whether it is whole. */
async function keep(senders: SendersRead): Promise<void> {
  const { location, text } = senders;
  const path = fileOf(location);
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    const kept = keptSenders(senders, await basisOf(location, text));
    await writeFile(temporary, kept, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
