/** The state port on SQLite: asks the thread that holds the database, and groups the commits of all callers. */

import { join } from 'node:path';
import type { KnownMessage } from '../../core/sync/message.ts';
import { InternalError } from '../../errors.ts';
import type { Durability, StateChange, StateStore } from '../../ports/state-store.ts';
import { CommitQueue } from './commit-queue.ts';
import { connectByDefault, type Connect } from './connect.ts';
import { errorOf } from '../../disk/sqlite-fault.ts';
import type { PageStart, StateAnswers, StateRequest } from './request.ts';
import { sortNumber } from './rows.ts';

/** Messages to a page. */
const pageSize = 1_000;

export interface StateStoreOptions {
  /** The state folder, made with mode 0700 where it is missing; the file in it is `state.db`. */
  readonly directory: string;
  readonly connect?: Connect;
}

type Ask = <R extends StateRequest>(request: R) => Promise<StateAnswers[R['kind']]>;

/**
 * Nothing is opened before the first call. Errors of all calls: StorageError (full, read-only, damaged, written by a newer
 * posthorn), TemporaryError `locked` (another process kept it busy for 8 s), InternalError (a subject that is not known).
 */
export function createStateStore({ directory, connect }: StateStoreOptions): StateStore {
  const connection = (connect ?? connectByDefault)(join(directory, 'state.db'));
  let closed = false;
  const ask: Ask = async <R extends StateRequest>(request: R) => {
    if (closed) throw new InternalError('the state is closed already');
    const reply = await connection.ask(request);
    if (!reply.ok) throw errorOf(reply.fault);
    return reply.value as StateAnswers[R['kind']];
  };
  const commits = new CommitQueue((batches, durability) =>
    ask({ kind: 'commit', batches, durability }),
  );
  return {
    accounts: () => ask({ kind: 'accounts' }),
    account: (id) => ask({ kind: 'account', id }),
    accountNamed: async (name, taken) => {
      const named = await ask({ kind: 'accounts-named', name });
      return named.find(({ id }) => taken?.has(id) !== true) ?? null;
    },
    folders: (accountId) => ask({ kind: 'folders', accountId }),
    messages: (accountId, folder, aboveUid) => pages(ask, accountId, folder, aboveUid),
    quarantined: (accountId, folder) => ask({ kind: 'quarantined', accountId, folder }),
    commit: (changes: readonly StateChange[], durability: Durability) =>
      commits.add(changes, durability),
    close: async () => {
      await commits.settled();
      closed = true;
      await connection.close();
    },
  };
}

/** Each page begins behind the last one's end, so that commits in between neither repeat nor hide a message. */
async function* pages(
  ask: Ask,
  accountId: string,
  folder: string,
  aboveUid: number,
): AsyncGenerator<readonly KnownMessage[]> {
  let after: PageStart = { uid: aboveUid + 1, id: '' };
  for (;;) {
    const page = await ask({ kind: 'page', accountId, folder, after, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < pageSize) return;
    after = { uid: sortNumber(last.id), id: last.id };
  }
}
