/** Opening a folder for reading alone: EXAMINE (RFC 9051, section 6.3.3) leaves even \Recent alone. */

import type { FolderStatus, SelectedStatus } from '../../../core/sync/remote.ts';
import { failure, shown } from '../answers/failure.ts';
import type { Listener } from '../answers/answer-gate.ts';
import { decimalOf, modSeqOf, numberOf } from '../answers/numbers.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { completed, filled, unknownStatus, withoutUids } from './folder-status.ts';

/** Errors reach `folder`. */
export async function examine(connection: ImapConnection, wire: string): Promise<SelectedStatus> {
  connection.exists = null;
  const told = await open(connection, 'EXAMINE', wire);
  const status = await completed(connection, wire, told);
  connection.exists ??= status.exists;
  if (isUsable(status)) return status;
  // Some servers number what is selected for writing alone. It is opened for reading again at once.
  const selected = await open(connection, 'SELECT', wire);
  const again = filled(await open(connection, 'EXAMINE', wire), filled(status, selected));
  if (!isUsable(again)) throw withoutUids(wire);
  return again;
}

function isUsable(status: FolderStatus): status is SelectedStatus {
  return status.uidValidity !== null;
}

async function open(
  connection: ImapConnection,
  command: 'EXAMINE' | 'SELECT',
  wire: string,
): Promise<FolderStatus> {
  try {
    if (!asksForCondstore(connection)) return await run(connection, command, [astring(wire)]);
    const extended = [astring(wire), [atom('CONDSTORE')]];
    return await run(connection, command, extended).catch(async (error: unknown) => {
      if (!(error instanceof RefusedCommand) || error.refusal.status !== 'BAD') throw error;
      return await run(connection, command, [astring(wire)]);
    });
  } catch (error) {
    throw failure(error, `the folder ${shown(wire)} cannot be opened`, 'folder');
  }
}

/** RFC 7162, section 3.1.8: some servers begin to count where they are asked to; QRESYNC has asked already. */
function asksForCondstore(connection: ImapConnection): boolean {
  return connection.has('CONDSTORE') && !connection.hasAskedForQresync;
}

async function run(
  connection: ImapConnection,
  command: string,
  attributes: readonly TokenNode[],
): Promise<FolderStatus> {
  const opened = new OpeningAnswer();
  const { line } = await connection.run(command, attributes, opened.listener);
  opened.takeCode(line);
  return opened.status;
}

class OpeningAnswer {
  status: FolderStatus = unknownStatus;

  get listener(): Listener {
    return {
      status: (line) => this.takeCode(line),
      data: {
        EXISTS: ({ number }) => {
          this.status = { ...this.status, exists: number };
        },
      },
    };
  }

  takeCode({ code, args }: StatusLine): void {
    const [first] = args.split(/[ \t]/);
    switch (code) {
      case 'UIDVALIDITY':
        this.status = { ...this.status, uidValidity: decimalOf(first) ?? this.status.uidValidity };
        return;
      case 'UIDNEXT':
        this.status = { ...this.status, uidNext: numberOf(first) || this.status.uidNext };
        return;
      case 'HIGHESTMODSEQ':
        this.status = { ...this.status, highestModSeq: modSeqOf(first) ?? null };
        return;
      default:
    }
  }
}
