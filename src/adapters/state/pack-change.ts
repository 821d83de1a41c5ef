/** Changes as they cross threads: many messages in columns. */

import type { StateChange } from '../../ports/state-store.ts';
import { packMessages } from './agreed-columns.ts';
import { packTexts } from './columns.ts';
import { packMail } from './mail-columns.ts';
import type { PackedChange } from './request.ts';

/** Takes what it holds along: the caller may go on with its own arrays, and buffers of his are never handed over. */
export function packChange(change: StateChange): PackedChange {
  switch (change.kind) {
    case 'messages-agreed':
      return { ...change, messages: packMessages(change.messages) };
    case 'messages-forgotten':
    case 'messages-status':
      return { ...change, uids: change.uids.slice() };
    case 'messages-flagged':
      return {
        ...change,
        uid: change.uid.slice(),
        flags: change.flags.slice(),
        keywords: packTexts(change.keywords),
        modSeq: change.modSeq.slice(),
      };
    case 'messages-renamed':
      return { ...change, uid: change.uid.slice(), name: packTexts(change.name) };
    case 'mail-known':
      return { ...change, mail: packMail(change.mail) };
    case 'mail-status':
      return { ...change, ids: packTexts(change.ids) };
    case 'mail-forgotten':
      return { ...change, ids: packTexts(change.ids) };
    default:
      return change;
  }
}

/** Rows that they are about, as far as that can be told. */
export function packedRows(changes: readonly PackedChange[]): number {
  return changes.reduce((sum, change) => sum + rowsOf(change), 0);
}

function rowsOf(change: PackedChange): number {
  switch (change.kind) {
    case 'messages-agreed':
      return change.messages.uid.length;
    case 'messages-forgotten':
    case 'messages-status':
      return change.uids.length;
    case 'messages-flagged':
    case 'messages-renamed':
      return change.uid.length;
    case 'intents':
      return change.intents.length;
    case 'intents-over':
      return change.names.length;
    case 'mail-known':
      return change.mail.status.length;
    case 'mail-status':
    case 'mail-forgotten':
      return change.ids.ends.length;
    case 'folder-renumbered':
    case 'folder-forgotten':
    case 'former-dropped':
    case 'account-removed':
      return Infinity;
    default:
      return 1;
  }
}
