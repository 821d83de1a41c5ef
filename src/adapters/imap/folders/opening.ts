/** SELECT and EXAMINE (RFC 9051, sections 6.3.2 and 6.3.3), and what they tell of the folder. */

import type { FolderStatus } from '../../../core/sync/remote.ts';
import type { Listener } from '../answers/answer-gate.ts';
import { failure, shown } from '../answers/failure.ts';
import { decimalOf, modSeqOf, numberOf } from '../answers/numbers.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { unknownStatus } from './folder-status.ts';

/** What the answer to one of them came to. */
export interface Opened {
  readonly status: FolderStatus;
  readonly readOnly: boolean;
  /** Names in PERMANENTFLAGS, `\*` among them; null where the server does not say. */
  readonly permanent: readonly string[] | null;
}

/** Errors reach `folder`. */
export async function open(
  connection: ImapConnection,
  command: 'EXAMINE' | 'SELECT',
  wire: string,
): Promise<Opened> {
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
): Promise<Opened> {
  const opened = new OpeningAnswer();
  const { line } = await connection.run(command, attributes, opened.listener);
  opened.takeCode(line);
  return opened;
}

class OpeningAnswer implements Opened {
  status: FolderStatus = unknownStatus;
  readOnly = false;
  permanent: readonly string[] | null = null;

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
      case 'READ-ONLY':
        this.readOnly = true;
        return;
      case 'PERMANENTFLAGS':
        this.permanent = args
          .replaceAll(/[()]/g, ' ')
          .split(/[ \t]+/)
          .filter((name) => name !== '');
        return;
      default:
    }
  }
}
