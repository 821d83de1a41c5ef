/** What changed since a MODSEQ (CONDSTORE and QRESYNC, RFC 7162). */

import type { MessageFacts } from '../../../core/sync/remote.ts';
import { highestUid, type UidSet } from '../../../core/sync/uid-set.ts';
import type { FolderChanges } from '../../../ports/receiving/mailbox-source.ts';
import { failure } from '../answers/failure.ts';
import { factsOf, readFetchLine, type PartialFacts } from '../answers/fetch-line.ts';
import type { DataLine } from '../answers/line.ts';
import { RangeCollector, rangesOf } from '../answers/numbers.ts';
import { atom, sequence } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { limitOf } from './search.ts';

/** Date and size never change, and are known. */
const items = ['UID', 'FLAGS', 'MODSEQ'].map(atom);
/** A folder of some hundred thousand messages, all of them changed. */
const mostOctets = 64 * 1024 * 1024;

/**
 * Null where a line of the answer could not be read: whoever compares everything misses nothing. `withVanished`: QRESYNC is
 * enabled (RFC 7162, section 3.2.6). Errors reach `folder`.
 */
export async function changesSince(
  connection: ImapConnection,
  modSeq: string,
  withVanished: boolean,
): Promise<FolderChanges | null> {
  const changes = new Changes();
  const since = [atom('CHANGEDSINCE'), atom(modSeq), ...(withVanished ? [atom('VANISHED')] : [])];
  try {
    for (let to = highestUid; to > 0;) {
      const set = sequence(to === highestUid ? '1:*' : `1:${String(to)}`);
      const { data } = changes;
      const answer = await connection.run(
        'UID FETCH',
        [set, items, since],
        { data },
        { mostOctets },
      );
      if (answer.unreadable.length > 0) return null;
      const limit = limitOf(answer.line);
      if (limit === null || limit > to) break;
      to = limit - 1;
    }
  } catch (error) {
    throw failure(error, 'the changes in the folder cannot be listed', 'folder');
  }
  const vanished = changes.vanished.set();
  return { changed: changes.changed(vanished), vanished: withVanished ? vanished : null };
}

class Changes {
  readonly vanished = new RangeCollector();
  readonly #known = new Map<number, PartialFacts>();

  get data() {
    return {
      FETCH: (line: DataLine) => {
        const told = readFetchLine(line);
        if (told.uid !== undefined)
          this.#known.set(told.uid, { ...this.#known.get(told.uid), ...told });
      },
      // `(EARLIER) 41,43:116,118`; without EARLIER it is news of this moment.
      VANISHED: ({ text }: DataLine) => {
        this.vanished.addRanges(rangesOf(text.replace(/^[ \t]*\(EARLIER\)/i, '').trim()));
      },
    };
  }

  changed(gone: UidSet): MessageFacts[] {
    return [...this.#known]
      .filter(([uid]) => !gone.has(uid))
      .sort(([a], [b]) => a - b)
      .map(([uid, told]) => factsOf(uid, told));
  }
}
