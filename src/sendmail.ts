/**
 * The quick way of sendmail: joins the few adapters that queue a message. Whatever it is not sure of, it leaves to the whole
 * program before anything was read, written or said.
 */

import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './adapters/clock/system-clock.ts';
import { createControl } from './adapters/control/control.ts';
import { createSubmission } from './adapters/mime/submission.ts';
import { createOutboxStore } from './adapters/outbox/outbox-store.ts';
import { outliveBrokenStreams, untilEnded } from './adapters/process/ending.ts';
import { refuseSender } from './app/outbox/enqueue.ts';
import { queueFinished, senderFor, type Sending } from './cli/commands/sendmail.ts';
import { sendmailWords, type SendmailWords } from './cli/commands/sendmail-words.ts';
import { readKeptSenders } from './cli/sync/kept-senders.ts';
import { failed } from './cli/terminal/failed.ts';
import { Output } from './cli/terminal/output.ts';
import type { QueueingWorld, Run } from './cli/world.ts';
import { build } from './version.ts';

/** Whether the command line (without node and script) was one for this, and is done; false: nothing was done. */
export async function sendmail(argv: readonly string[]): Promise<boolean> {
  const words = sendmailWords(argv);
  if (words === null) return false;
  const sending = await sendingOf(words);
  if (sending === null) return false;
  await untilEnded(argv, async (signal) => {
    const run = runOf(words, signal);
    return queueFinished(run, sending, words.addresses, words.flags).catch((error: unknown) =>
      failed(error, run.output, signal),
    );
  });
  return true;
}

/** Null where the configuration has to be read, or something is to be said about it. */
async function sendingOf(words: SendmailWords): Promise<Sending | null> {
  try {
    const run = runOf(words, new AbortController().signal);
    const { senders, location, warnings } = await readKeptSenders(run);
    if (senders === null || warnings.length > 0) return null;
    const account = senderFor(senders, words.flags);
    refuseSender(account);
    const { id } = account;
    if (id === undefined) return null;
    const { settings } = senders;
    return { account, accountId: () => Promise.resolve(id), settings, location };
  } catch {
    // The whole program comes upon it as well, and tells of it.
    return null;
  }
}

function runOf({ options }: SendmailWords, signal: AbortSignal): Run<QueueingWorld> {
  const world = worldUntil(signal);
  return { world, options, output: new Output(world, options) };
}

/** Streams are opened when they are used: a message that was queued is told by the status alone. */
function worldUntil(signal: AbortSignal): QueueingWorld {
  return {
    build,
    env: process.env,
    cwd: process.cwd(),
    homedir: homedir(),
    signal,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      outliveBrokenStreams();
      return process.stdout;
    },
    get stderr() {
      outliveBrokenStreams();
      return process.stderr;
    },
    control: ({ places }) => createControl(places),
    detach: async (args, options) => {
      const { detachPosthorn } = await import('./adapters/process/detach.ts');
      return detachPosthorn(process.argv[1] ?? '', args, options);
    },
    neighbours: ({ places }) => ({
      codec: createSubmission(randomBytes),
      clock: systemClock,
      outbox: createOutboxStore(join(places.stateDir, 'outbox')),
      randomBytes,
    }),
  };
}
