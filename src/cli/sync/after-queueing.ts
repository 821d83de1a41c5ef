/** What happens once a message is durable in the outbox: the daemon is woken, or a flush detached. */

import type { Config } from '../../config/read/config.ts';
import type { OutboxEntry } from '../../core/outbox/entry.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import { plural } from '../terminal/text.ts';
import { sameConfig, type QueueingWorld, type Run } from '../world.ts';

/** Where the configuration is, and whether mail waits for the next sync. */
type Flushed = Pick<Config, 'location' | 'path'> & {
  readonly settings: Pick<Senders['settings'], 'sendImmediately'>;
};

export async function concludeQueued(
  run: Run<QueueingWorld>,
  config: Flushed,
  account: SendingAccount,
  entry: OutboxEntry,
): Promise<void> {
  if (run.output.json) run.output.document({ queued: queuedJson(entry, account) });
  else run.output.say(`Queued as ${entry.id} for ${plural(entry.recipients.length, 'recipient')}.`);
  if (account.enabled) await flushSoon(run, config, account.name);
}

/** False where none runs. It then looks again at what is due: a message was queued, a suspension has ended. */
export async function wakeDaemon(
  { world }: Run<QueueingWorld>,
  { location }: Pick<Config, 'location'>,
): Promise<boolean> {
  const answer = await world
    .control(location)
    .call({ command: 'wake' })
    .catch(() => null);
  return answer !== null;
}

/** Wakes the daemon; where none runs, a flush of its own goes on behind this process, unless the outbox waits for the next sync. */
export async function flushSoon(
  run: Run<QueueingWorld>,
  config: Flushed,
  name: string | null,
): Promise<void> {
  const { world } = run;
  if ((await wakeDaemon(run, config)) || !config.settings.sendImmediately) return;
  const names = name === null ? [] : [name];
  await world.detach([...sameConfig(config), '--quiet', 'outbox', 'flush', '--in-turn', ...names], {
    logFile: null,
    readyWithinMs: 0,
  });
}

/** The shape of a queued message in --json. */
export function queuedJson(entry: OutboxEntry, account: Pick<SendingAccount, 'name'>) {
  const { id, messageId, recipients } = entry;
  return {
    id,
    account: account.name,
    messageId,
    recipients: recipients.map(({ address }) => address),
  };
}
