/** `send --now`: sends the one message that was just queued, and ends with the verdict on it. */

import { bindAccount } from '../../app/accounts/bind-account.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { flushOutbox } from '../../app/outbox/flush-outbox.ts';
import { isoTime } from '../../app/sync/report-json.ts';
import type { SendReport } from '../../app/sync/report.ts';
import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import type { OutboxEntry } from '../../core/outbox/entry.ts';
import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { Run } from '../world.ts';
import { queuedJson } from './after-queueing.ts';
import { printSent } from './sync-text.ts';

/** How long --now waits for another process that is just sending for this account. */
const waitMs = 60_000;

/** Resolves with the exit status. */
export async function sendNow(
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
  const reported = report.messages.find(({ id }) => id === entry.id);
  const result = reported?.result ?? resultOf(await neighbours.outbox.get(entry.id));
  if (failure !== null) run.output.error(failure);
  if (run.output.json)
    run.output.document({
      queued: queuedJson(entry, account),
      result,
      reason: reported?.reason ?? failure?.message ?? null,
    });
  else if (reported !== undefined)
    printSent(run.output, account.name, {
      ...reported,
      nextAttempt: isoTime(reported.nextAttempt),
    });
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
