/** Reads who may send: from what was kept for this very configuration, else strictly, and then keeps it. */

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, ConfigLocation } from '../../config/read/config.ts';
import { findConfig, readConfigFile } from '../../config/read/find.ts';
import { keptSenders, sendersFrom, type Basis } from '../../config/read/senders.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import { InternalError } from '../../errors.ts';
import { configSource, type Run } from '../world.ts';

export interface SendersRead extends Senders {
  readonly path: string;
  readonly location: ConfigLocation;
  /** The configuration as a whole, where it was read. */
  readonly config: Config | null;
}

/** The names of a build's files are hashes of what is in them, and this is one of them: it knows its schema by name. */
const build = import.meta.url;

/** Errors as loadConfig. */
export async function readSenders(run: Run): Promise<SendersRead> {
  const location = await findConfig(configSource(run));
  const { text, exists, warnings } = await readConfigFile(location.path);
  const path = location.path;
  const basis: Basis = { text, location, build };
  const known = exists ? await lookUp(location, basis) : null;
  if (known !== null) {
    for (const warning of warnings) run.output.warn(warning);
    return { ...known, path, location, config: null };
  }
  const { configFrom } = await import('../../config/read/reading.ts');
  const { loadConfigAt } = await import('../../config/read/load.ts');
  const config = exists ? configFrom(text, location, warnings) : await loadConfigAt(location);
  for (const warning of config.warnings) run.output.warn(warning);
  if (exists) await keep(location, keptSenders(config, basis));
  return { ...config, config };
}

/** The id that files and state of the account hang on; where the file has none, the state gives it one. */
export async function accountIdOf(
  run: Run,
  { config }: SendersRead,
  account: SendingAccount,
): Promise<string> {
  if (account.id !== undefined) return account.id;
  const whole = config?.accounts.get(account.name);
  if (config === null || whole === undefined)
    throw new InternalError('senders were kept without their ids');
  const { withNeighbours } = await import('../session.ts');
  const { bindAccount } = await import('../../app/accounts/bind-account.ts');
  const bound = await withNeighbours(run, config, (neighbours) => bindAccount(whole, neighbours));
  return bound.id;
}

function fileOf({ places }: ConfigLocation): string {
  return join(places.stateDir, 'senders');
}

async function lookUp(location: ConfigLocation, basis: Basis): Promise<Senders | null> {
  try {
    return sendersFrom(await readFile(fileOf(location), 'utf8'), basis);
  } catch {
    return null;
  }
}

/** Nothing but time is lost where it can't be written, or does not survive: its seal tells whether it is whole. */
async function keep(location: ConfigLocation, text: string | null): Promise<void> {
  if (text === null) return;
  const path = fileOf(location);
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
