/** The state port on SQLite: asks whoever holds the database, and groups what all callers write. */

import { join } from 'node:path';
import { UidSet, highestUid } from '../../core/sync/uid-set.ts';
import { errorOf } from '../../disk/sqlite-fault.ts';
import { InternalError } from '../../errors.ts';
import type { AccountState, Durability, StateStore } from '../../ports/state-store.ts';
import { unpackFormer, unpackMessages, unpackPlaces } from './agreed-columns.ts';
import { CallQueue, type CarryOut } from './call-queue.ts';
import { packRanges, unpackRanges } from './columns.ts';
import { connectByDefault, type Connect } from './connect.ts';
import { unpackMail, unpackPlanColumns } from './mail-columns.ts';
import { packChange } from './pack-change.ts';
import type { Batch, BindCall, StateAnswers, StateRequest } from './request.ts';

export interface StateStoreOptions {
  /** The state folder, made with mode 0700 where it is missing; the file in it is `state.db`. */
  readonly directory: string;
  readonly connect?: Connect;
}

type Ask = <R extends StateRequest>(request: R) => Promise<StateAnswers[R['kind']]>;

/**
 * Nothing is opened before the first call. Errors of all calls: StorageError (full, read-only, damaged, written by a newer
 * posthorn, or a disk that does not answer), TemporaryError `locked` (another process kept it busy for 8 s, or a later holder
 * of the lock has committed), InternalError (a subject that is not known).
 */
export function createStateStore({ directory, connect }: StateStoreOptions): StateStore {
  const connection = (connect ?? connectByDefault)(join(directory, 'state.db'));
  let closing: Promise<void> | null = null;
  const whileOpen = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      if (closing !== null) throw new InternalError('the state is closed already');
      return call(...args);
    };
  };
  const ask: Ask = async <R extends StateRequest>(request: R) => {
    const reply = await connection.ask(request);
    if (!reply.ok) throw errorOf(reply.fault);
    return reply.value as StateAnswers[R['kind']];
  };
  const writes = new CallQueue(carryOut(ask), ({ kind }, other) => kind === other.kind);
  return {
    ...reads(whileOpen(ask) as Ask),
    bind: whileOpen(async (bindings, taken) => {
      const call = { bindings, taken: bindings.every(({ id }) => id !== undefined) ? none : taken };
      return (await writes.add({ kind: 'bind', ...call })) ?? [];
    }),
    commit: whileOpen(async (changes, durability, fence) => {
      if (changes.length === 0) return;
      await writes.add({ kind: 'commit', changes: changes.map(packChange), durability, fence });
    }),
    close: () => (closing ??= connection.close(writes.settled())),
  };
}

const none: ReadonlySet<string> = new Set();

type Write = ({ readonly kind: 'bind' } & BindCall) | CommitCall;

interface CommitCall extends Batch {
  readonly kind: 'commit';
  readonly durability: Durability;
}

/** Of each group all are of one kind; null is what a commit gives. */
function carryOut(ask: Ask): CarryOut<Write, readonly AccountState[] | null> {
  return (calls) => {
    const binds = calls.filter((call) => call.kind === 'bind');
    if (binds.length > 0)
      return ask({
        kind: 'bind',
        calls: binds.map(({ bindings, taken }) => ({ bindings, taken })),
      });
    const commits = calls.filter((call) => call.kind === 'commit');
    const isDurable = commits.some(({ durability }) => durability === 'durable');
    const batches = commits.map(({ changes, fence }) => ({ changes, fence }));
    return ask({ kind: 'commit', batches, durability: isDurable ? 'durable' : 'relaxed' });
  };
}

const allUids = UidSet.ofRanges([{ from: 1, to: highestUid }]);

function reads(ask: Ask): Omit<StateStore, 'bind' | 'commit' | 'close'> {
  return {
    accounts: () => ask({ kind: 'accounts' }),
    account: (id) => ask({ kind: 'account', id }),
    accountNamed: async (name, taken = none) => {
      const named = await ask({ kind: 'accounts-named', name });
      return named.find(({ id }) => !taken.has(id)) ?? null;
    },
    tree: (accountId) => ask({ kind: 'tree', accountId }),
    folders: (accountId) => ask({ kind: 'folders', accountId }),
    agreedUids: async (accountId, path, fromUid) =>
      unpackRanges(await ask({ kind: 'agreed-uids', accountId, path, fromUid })),
    agreed: async (accountId, path, uids = allUids) =>
      unpackMessages(await ask({ kind: 'agreed', accountId, path, ranges: packRanges(uids) })),
    agreedElsewhere: async (accountId, { names, wireSha256 }) => {
      if (names.length === 0 && wireSha256.length === 0) return [];
      return unpackPlaces(await ask({ kind: 'agreed-elsewhere', accountId, names, wireSha256 }));
    },
    intents: (accountId) => ask({ kind: 'intents', accountId }),
    former: async (accountId, path) => unpackFormer(await ask({ kind: 'former', accountId, path })),
    troubles: (accountId, path) => ask({ kind: 'troubles', accountId, path }),
    maildrop: (accountId) => ask({ kind: 'maildrop', accountId }),
    knownMail: async (accountId) => unpackPlanColumns(await ask({ kind: 'known-mail', accountId })),
    mailOf: async (accountId, ids) => unpackMail(await ask({ kind: 'mail-of', accountId, ids })),
  };
}
