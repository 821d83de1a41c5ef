/** What happens once a message is durable in the outbox: the daemon is woken, a flush detached, or the verdict awaited. */

import { bindAccount } from '../../app/accounts/bind-account.ts';
import { flushOutbox } from '../../app/outbox/flush-outbox.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { isoTime } from '../../app/sync/report-json.ts';
import type { SendReport } from '../../app/sync/report.ts';
import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import type { OutboxEntry } from '../../core/outbox/entry.ts';
import { asPosthornError, type PosthornError } from '../../errors.ts';
import { printSent } from './sync-text.ts';
import { plural } from '../terminal/text.ts';
import { sameConfig, type Run } from '../world.ts';

/** How long --now waits for another process that is just sending for this account. */
const waitMs = 60_000;

/** Resolves with the exit status. */
export async function concludeQueued(
  run: Run,
  config: Config,
  account: Account,
  entry: OutboxEntry,
  neighbours: Neighbours,
  now: boolean,
): Promise<number> {
  if (now) return sendNow(run, config, account, entry, neighbours);
  if (run.output.json) run.output.document({ queued: queuedJson(entry, account) });
  else run.output.say(`Queued as ${entry.id} for ${plural(entry.recipients.length, 'recipient')}.`);
  if (account.enabled) await flushSoon(run, config, account.name);
  return 0;
}

/** False where none runs. It then looks again at what is due: a message was queued, a suspension has ended. */
export async function wakeDaemon({ world }: Run, { location }: Config): Promise<boolean> {
  const answer = await world
    .control(location)
    .call({ command: 'wake' })
    .catch(() => null);
  return answer !== null;
}

/** Wakes the daemon; where none runs, a flush of its own goes on behind this process, unless the outbox waits for the next sync. */
export async function flushSoon(run: Run, config: Config, name: string | null): Promise<void> {
  const { world } = run;
  if ((await wakeDaemon(run, config)) || !config.settings.sendImmediately) return;
  const names = name === null ? [] : [name];
  await world.detach([...sameConfig(config), '--quiet', 'outbox', 'flush', '--in-turn', ...names], {
    logFile: null,
    readyWithinMs: 0,
  });
}

async function sendNow(
  run: Run,
  config: Config,
  account: Account,
  entry: OutboxEntry,
  neighbours: Neighbours,
): Promise<number> {
  const report: SendReport = { messages: [] };
  const bound = await bindAccount(account, neighbours);
  const options = {
    settings: config.settings,
    waitMs,
    signal: run.world.signal,
    only: new Set([entry.id]),
  };
  const failure = await flushOutbox(bound, neighbours, options, report).then(
    () => null,
    (error: unknown) => named(error, account),
  );
  const sent = report.messages.find(({ id }) => id === entry.id);
  const result = sent?.result ?? resultOf(await neighbours.outbox.get(entry.id));
  if (failure !== null) run.output.error(failure);
  if (run.output.json)
    run.output.document({
      queued: queuedJson(entry, account),
      result,
      reason: sent?.reason ?? failure?.message ?? null,
    });
  else if (sent !== undefined)
    printSent(run.output, account.name, { ...sent, nextAttempt: isoTime(sent.nextAttempt) });
  return verdict(result, failure);
}

type Sent = SendReport['messages'][number]['result'];

/** Where this flush has nothing to tell: the message is gone because another posthorn sent it, or it still waits. */
function resultOf(left: OutboxEntry | null): Sent {
  if (left === null) return 'sent';
  if (left.state === 'failed') return 'failed';
  return left.state === 'sent' ? 'unfiled' : 'deferred';
}

function verdict(result: Sent, failure: PosthornError | null): number {
  if (result === 'sent' || result === 'unfiled') return 0;
  if (failure !== null) return failure.exitStatus;
  return result === 'failed' ? 69 : 75;
}

function named(thrown: unknown, account: Account): PosthornError {
  const error = asPosthornError(thrown);
  error.account ??= account.name;
  return error;
}

function queuedJson(entry: OutboxEntry, account: Account) {
  const { id, messageId, recipients } = entry;
  return {
    id,
    account: account.name,
    messageId,
    recipients: recipients.map(({ address }) => address),
  };
}
