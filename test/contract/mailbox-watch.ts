/** What the `watch` of every MailboxSource must do, run against each implementation and each kind of server. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Flag } from '../../src/core/sync/flags.ts';
import type { FolderNews } from '../../src/ports/receiving/mailbox-source.ts';

/** A server with an account of its own for each test. */
export interface WatchWorld {
  /** It tells of every folder, not of the first one alone. */
  readonly everywhere: boolean;
  /** An account whose INBOX is empty, with other folders of these names. */
  account(folders?: readonly string[]): Promise<WatchedAccount>;
  dispose(): Promise<void>;
}

export interface WatchedAccount {
  watch(paths: readonly string[], signal: AbortSignal): AsyncIterable<FolderNews>;
  /** Puts a message into a folder behind the watcher's back; UIDs from 1 on. */
  deliver(folder: string): Promise<void>;
  addFlag(folder: string, uid: number, flag: Flag): Promise<void>;
  expunge(folder: string, uid: number): Promise<void>;
}

export function mailboxWatchContract(title: string, makeWorld: () => Promise<WatchWorld>): void {
  describe(`mailbox watch: ${title}`, () => {
    let world: WatchWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(async () => {
      await world.dispose();
    });

    const folders = ['Entwürfe', 'R & D', 'Other'];

    interface Watching {
      readonly account: WatchedAccount;
      readonly abort: AbortController;
      /** Next news; null at the end. */
      next(): Promise<FolderNews | null>;
      leave(): Promise<void>;
    }

    async function watching(
      paths: readonly string[],
      use: (watching: Watching) => Promise<void>,
    ): Promise<void> {
      const account = await world.account(folders);
      const abort = new AbortController();
      const news = account.watch(paths, abort.signal)[Symbol.asyncIterator]();
      const next = async (): Promise<FolderNews | null> => {
        const { value, done } = await news.next();
        return done === true ? null : value;
      };
      try {
        await use({ account, abort, next, leave: async () => void (await news.return?.()) });
      } finally {
        abort.abort();
      }
    }

    test('begins with news of unknown place, as it does not know what came before', async () => {
      await watching(['INBOX'], async ({ next }) => {
        expect(await next()).toEqual({ path: null });
      });
    });

    test('tells of new mail, of flags and of what was expunged', async () => {
      await watching(['INBOX', ...folders], async ({ account, next }) => {
        await next();
        await account.deliver('INBOX');
        expect(await next()).toEqual({ path: 'INBOX' });
        await account.addFlag('INBOX', 1, 'F');
        expect(await next()).toEqual({ path: 'INBOX' });
        await account.expunge('INBOX', 1);
        expect(await next()).toEqual({ path: 'INBOX' });
      });
    });

    test('watches the first folder, whatever its name', async () => {
      await watching(['Entwürfe', 'INBOX'], async ({ account, next }) => {
        await next();
        await account.deliver('Entwürfe');
        expect(await next()).toEqual({ path: 'Entwürfe' });
      });
    });

    test('tells of the other folders where the server can, and of none that nobody named', async () => {
      await watching(['INBOX', 'Entwürfe', 'R & D'], async ({ account, next }) => {
        await next();
        await account.deliver('Other');
        await account.deliver('R & D');
        if (world.everywhere) expect(await next()).toEqual({ path: 'R & D' });
        await account.deliver('INBOX');
        expect(await next()).toEqual({ path: 'INBOX' });
      });
    });

    test('ends by the signal, while it waits and before it has begun', async () => {
      await watching(['INBOX'], async ({ abort, next }) => {
        await next();
        const waiting = next();
        abort.abort();
        expect(await waiting).toBeNull();
        expect(await next()).toBeNull();
      });
      await watching(['INBOX'], async ({ abort, next }) => {
        abort.abort();
        expect(await next()).toBeNull();
      });
    });

    test('can be left, and begun again', async () => {
      await watching(['INBOX'], async ({ account, next, leave }) => {
        await next();
        await leave();
        expect(await next()).toBeNull();
        for await (const news of account.watch(['INBOX'], new AbortController().signal)) {
          expect(news).toEqual({ path: null });
          break;
        }
      });
    });
  });
}
