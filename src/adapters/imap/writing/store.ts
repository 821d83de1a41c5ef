/** UID STORE + and − (RFC 9051, section 6.4.6), and UID EXPUNGE (RFC 4315), in sets, several commands on the wire at once. */

import type { UidSet } from '../../../core/sync/uid-set.ts';
import type { PermanentFlags, StoreRequest } from '../../../ports/receiving/mailbox-source.ts';
import { failure } from '../answers/failure.ts';
import type { Listener } from '../answers/answer-gate.ts';
import { readFetchLine } from '../answers/fetch-line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import type { ImapConnection } from '../connection.ts';
import { commandSets } from '../folder/search.ts';
import { refusalIn } from '../own-commands.ts';
import { storable } from './flag-names.ts';

/** UIDs in one command. */
const setSize = 1_000;
/** Octets of commands on the wire; their answers are awaited before more are sent. */
const mostAtOnce = 128 * 1024;

/** MODSEQs by UID. Errors reach `folder`. */
export async function store(
  connection: ImapConnection,
  requests: readonly StoreRequest[],
  permanent: PermanentFlags,
): Promise<ReadonlyMap<number, string>> {
  const commands = requests.flatMap((request) => commandsOf(request, permanent));
  const modSeqs = new ModSeqs(requests);
  await runAll(connection, 'UID STORE', commands, modSeqs.listener).catch((error: unknown) => {
    throw failure(error, 'the flags cannot be changed in the folder', 'folder');
  });
  return modSeqs.told;
}

function commandsOf({ uids, add, remove }: StoreRequest, permanent: PermanentFlags): string[] {
  return [...commandSets(uids, setSize)].flatMap((set) => [
    ...storeCommands(set, '+', storable(add, permanent)),
    ...storeCommands(set, '-', storable(remove, permanent)),
  ]);
}

function storeCommands(set: UidSet, sign: '+' | '-', names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`UID STORE ${set.toString()} ${sign}FLAGS.SILENT (${names.join(' ')})`];
}

/**
 * A change of somebody else that is told on the way comes with its flags. The MODSEQ counts for both then, so that it is left out:
 * whoever knew it would take the other change for known too.
 */
class ModSeqs {
  readonly told = new Map<number, string>();
  readonly #requests: readonly StoreRequest[];
  readonly #changedByOthers = new Set<number>();

  constructor(requests: readonly StoreRequest[]) {
    this.#requests = requests;
  }

  get listener(): Listener {
    return {
      data: {
        FETCH: (line) => {
          const { uid, modSeq, flags } = readFetchLine(line);
          if (uid === undefined) return;
          if (flags !== undefined) this.#changedByOthers.add(uid);
          const isAsked = this.#requests.some(({ uids }) => uids.has(uid));
          if (this.#changedByOthers.has(uid)) this.told.delete(uid);
          else if (isAsked && typeof modSeq === 'string') this.told.set(uid, modSeq);
        },
      },
    };
  }
}

/**
 * Marks them, and expunges those alone; `marked` where the server can't. Never a bare EXPUNGE (design rule 5). Errors reach
 * `folder`.
 */
export async function expunge(
  connection: ImapConnection,
  uids: UidSet,
): Promise<'gone' | 'marked'> {
  const canExpunge = connection.has('UIDPLUS');
  const commands = [...commandSets(uids, setSize)].flatMap((set) => [
    ...storeCommands(set, '+', ['\\Deleted']),
    ...(canExpunge ? [`UID EXPUNGE ${set.toString()}`] : []),
  ]);
  await runAll(connection, 'UID EXPUNGE', commands).catch((error: unknown) => {
    throw failure(error, 'messages cannot be removed from the folder', 'folder');
  });
  return canExpunge ? 'gone' : 'marked';
}

/** Throws the first refusal, after all of its round are answered. */
async function runAll(
  connection: ImapConnection,
  what: string,
  commands: readonly string[],
  listener: Listener = { data: {} },
): Promise<void> {
  for (const round of rounds(commands)) {
    const sendAll = async (): Promise<StatusLine[]> =>
      await Promise.all(round.map((text) => connection.own.send(text)));
    for (const line of await connection.own.attend(what, sendAll, { listener })) {
      const refusal = refusalIn(line);
      if (refusal !== null && !isGone(refusal)) throw refusal;
    }
  }
}

function* rounds(commands: readonly string[]): Generator<readonly string[]> {
  let round: string[] = [];
  let octets = 0;
  for (const command of commands) {
    round.push(command);
    octets += command.length;
    if (octets < mostAtOnce) continue;
    yield round;
    round = [];
    octets = 0;
  }
  if (round.length > 0) yield round;
}

/** RFC 5530, section 3: others have expunged some of them; the rest was done (RFC 9051, section 6.4.6, for UIDs). */
function isGone(refusal: Error): boolean {
  return refusal instanceof RefusedCommand && refusal.refusal.code === 'EXPUNGEISSUED';
}
