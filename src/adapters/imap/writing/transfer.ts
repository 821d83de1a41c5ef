/** UID MOVE (RFC 6851) and UID COPY (RFC 9051, section 6.4.7). */

import { UidSet } from '../../../core/sync/uid-set.ts';
import { TemporaryError } from '../../../errors.ts';
import type { Transferred } from '../../../ports/receiving/mailbox-source.ts';
import { shown, targetFailure } from '../answers/failure.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import { astring, sequence } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { commandSets, stillThere } from '../folder/search.ts';
import { CopyUids } from './copy-uid.ts';
import { expunge } from './store.ts';

/** COPYUID tells two sets, which must fit into the length of a status answer. */
const setSize = 500;

/** Errors reach `folder`. */
export async function move(
  connection: ImapConnection,
  uids: UidSet,
  wire: string,
): Promise<Transferred> {
  const transfer = new Transfer(connection, wire, uids);
  try {
    if (connection.has('MOVE') && (await transfer.isMoved())) {
      await transfer.assertGone(uids);
      return transfer.done('gone');
    }
    await transfer.copy();
  } catch (error) {
    throw targetFailure(error, `messages cannot be moved to ${shown(wire)}`, wire);
  }
  const { uids: copied } = transfer.done('copied');
  // What the server does not name among the copied ones stays.
  return transfer.done(await expunge(connection, copied ? UidSet.of(copied.keys()) : uids));
}

/** Errors reach `folder`. */
export async function copy(
  connection: ImapConnection,
  uids: UidSet,
  wire: string,
): Promise<Transferred> {
  const transfer = new Transfer(connection, wire, uids);
  await transfer.copy().catch((error: unknown) => {
    throw targetFailure(error, `messages cannot be copied to ${shown(wire)}`, wire);
  });
  return transfer.done('copied');
}

class Transfer {
  readonly #connection: ImapConnection;
  readonly #wire: string;
  readonly #sets: readonly UidSet[];
  readonly #told: CopyUids;

  constructor(connection: ImapConnection, wire: string, uids: UidSet) {
    this.#connection = connection;
    this.#wire = wire;
    this.#sets = [...commandSets(uids, setSize)];
    this.#told = new CopyUids(uids);
  }

  done(source: Transferred['source']): Transferred {
    return { ...this.#told.told, source };
  }

  /** A server that tells no COPYUID may have done nothing; where it does tell, the named ones are gone. */
  async assertGone(uids: UidSet): Promise<void> {
    const named = UidSet.of(this.#told.told.uids?.keys() ?? []);
    const left = await stillThere(this.#connection, uids.without(named));
    if (left.isEmpty) return;
    throw new TemporaryError(
      'the server said that it has moved messages, and they stand there still',
      {
        ...{ reach: 'folder', layer: 'session' },
        remedy: 'The next sync tries again. If it says so again, the server is at fault.',
      },
    );
  }

  async copy(): Promise<void> {
    for (const set of this.#sets) await this.#ask('UID COPY', set);
  }

  /** False where the server does not take the command (BAD; RFC 9051, section 7.1.3), so that nothing was done. */
  async isMoved(): Promise<boolean> {
    const [first = UidSet.empty, ...rest] = this.#sets;
    try {
      await this.#ask('UID MOVE', first);
    } catch (error) {
      if (error instanceof RefusedCommand && error.refusal.status === 'BAD') return false;
      throw error;
    }
    for (const set of rest) await this.#ask('UID MOVE', set);
    return true;
  }

  /**
   * RFC 5530, section 3: EXPUNGEISSUED says that others have expunged some, and nothing was copied (RFC 9051, section 6.4.7);
   * what of a MOVE still stands here was not moved. The rest is asked for once more.
   */
  async #ask(command: string, set: UidSet, isRepeated = false): Promise<void> {
    if (set.isEmpty) return;
    const connection = this.#connection;
    const take = (line: StatusLine): void => this.#told.take(line);
    // What others have expunged is shown until it is told (RFC 9051, section 6.1.2), and some servers would copy it back to life.
    void connection.own.send('NOOP');
    try {
      const attributes = [sequence(set.toString()), astring(this.#wire)];
      const { line } = await connection.run(command, attributes, { status: take, data: {} });
      take(line);
    } catch (error) {
      const isGone = error instanceof RefusedCommand && error.refusal.code === 'EXPUNGEISSUED';
      if (!isGone || isRepeated) throw error;
      await this.#ask(command, await stillThere(connection, set), true);
    }
  }
}
