/** Watching mail in memory, as by NOTIFY. */

import type { FolderNews, MailboxSource } from '../../src/ports/receiving/mailbox-source.ts';
import { RefusedError } from '../../src/errors.ts';
import type { ServedMail, ServerStep } from './served-mail.ts';

export async function* watchMemory(
  server: ServedMail,
  paths: readonly string[],
  signal: AbortSignal,
  step: ServerStep,
): AsyncGenerator<FolderNews> {
  await step('watch');
  const waiting = new Set<string | null>([null]);
  let wake = (): void => {};
  const onChange = (path: string): void => {
    if (!paths.includes(path)) return;
    waiting.add(path);
    wake();
  };
  server.watchers.add(onChange);
  try {
    while (!signal.aborted) {
      for (const path of waiting) {
        waiting.delete(path);
        yield { path };
        if (signal.aborted) return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  } finally {
    server.watchers.delete(onChange);
  }
}

/** Of servers that nobody watches. */
export const unwatched: MailboxSource['watch'] = () => {
  throw new RefusedError('the server does not tell by itself what is new');
};
