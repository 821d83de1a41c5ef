/** Watching a scripted server, with time under the test's hand. */

import { expect, onTestFinished } from 'vitest';
import { imapSource } from '../../../../src/adapters/imap/source.ts';
import type { MailboxSource } from '../../../../src/ports/receiving/mailbox-source.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';
import { accountAt, secret } from '../harness.ts';
import {
  scriptedServer,
  type Script,
  type ScriptedOptions,
  type ScriptedServer,
} from '../scripted-server.ts';

export interface Watched {
  readonly server: ScriptedServer;
  readonly clock: ManualClock;
  readonly abort: AbortController;
  /** Path of the next news, `end` where there is no more. What it throws is ours. */
  next(): Promise<string | null>;
  leave(): Promise<void>;
  /** Resolves once the server has heard so many such lines. */
  heard(pattern: RegExp, count?: number): Promise<void>;
  /** A connection more, of the same source. */
  again(): Watched;
}

export async function watched(
  script: Script,
  options: ScriptedOptions & { paths?: readonly string[] } = {},
): Promise<Watched> {
  const server = await scriptedServer(script, options);
  onTestFinished(() => server.stop());
  const clock = createManualClock();
  const source = imapSource({ clock, timeouts: { stallMs: 10_000 } });
  return begin(source, { server, clock, paths: options.paths ?? ['INBOX'] });
}

interface Ground {
  readonly server: ScriptedServer;
  readonly clock: ManualClock;
  readonly paths: readonly string[];
}

function begin(source: MailboxSource, ground: Ground): Watched {
  const { server, clock, paths } = ground;
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const login = { username: 'mara', password: secret };
  const news = source
    .watch(accountAt(server.port), login, paths, abort.signal)
    [Symbol.asyncIterator]();
  return {
    server,
    clock,
    abort,
    next: async () => {
      const { value, done } = await news.next();
      return done === true ? 'end' : value.path;
    },
    leave: async () => {
      await news.return?.();
    },
    heard: async (pattern, count = 1) => {
      const matching = () => server.heard.filter((line) => pattern.test(line)).length;
      await expect.poll(matching, { timeout: 5_000, interval: 5 }).toBe(count);
    },
    again: () => begin(source, ground),
  };
}

/** IDLE as it should be: begins, and ends by DONE. */
export const idling: Script = ({ text }) => {
  if (text === 'IDLE') return '+ idling\r\n';
  return text === 'DONE' ? '$ OK done\r\n' : undefined;
};
