/** Reads who may send: from what was kept for this very configuration, else strictly, and then keeps it. */

import type { Config, ConfigLocation } from '../../config/read/config.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import type { Run } from '../world.ts';
import { keepSenders, readKeptSenders } from './kept-senders.ts';

export interface SendersRead extends Senders {
  readonly path: string;
  readonly location: ConfigLocation;
  readonly text: string;
  /** The configuration as a whole, where it was read. */
  readonly config: Config | null;
}

/** Errors as loadConfig. */
export async function readSenders(run: Run): Promise<SendersRead> {
  const { location, text, exists, warnings, senders } = await readKeptSenders(run);
  const { path } = location;
  for (const warning of warnings) run.output.warn(warning);
  if (senders !== null) return { ...senders, path, location, text, config: null };
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
  await keepSenders(run, { ...senders, accounts }, senders);
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
