/** What follows for the state from what became of an operation on a maildrop. */

import type { KnownMail, MaildropChange } from './maildrop.ts';
import type { MaildropOperation } from './plan-maildrop.ts';

type Noting = Extract<MaildropOperation, { kind: `note-${string}` | 'end-trouble' }>;

export function foldNote(operation: Noting): MaildropChange[] {
  const { ids } = operation;
  switch (operation.kind) {
    case 'note-return':
      return [{ kind: 'mail-status', ids, status: 'stored' }];
    case 'note-gone':
      return [{ kind: 'mail-status', ids, status: 'gone' }];
    case 'end-trouble':
      return ids.map((id) => ({ kind: 'mail-trouble-over', id }));
  }
}

/** What became of some of the messages that were fetched. */
export interface RetrievedPart {
  readonly arrived: readonly KnownMail[];
  readonly refused: readonly {
    readonly id: string;
    readonly tries: number;
    readonly reason: string;
  }[];
}

export function foldRetrieved({ arrived, refused }: RetrievedPart): MaildropChange[] {
  const troubles = refused.map(({ id, tries, reason }): MaildropChange => ({
    kind: 'mail-trouble',
    trouble: { id, kind: 'refused', tries: tries + 1, reason },
  }));
  return arrived.length === 0 ? troubles : [{ kind: 'mail-known', mail: arrived }, ...troubles];
}

/** The connection was lost while it came; `tries` as they are now. */
export function foldLost(id: string, tries: number, reason: string): MaildropChange[] {
  return [{ kind: 'mail-trouble', trouble: { id, kind: 'refused', tries, reason } }];
}

/**
 * Before the first DELE: where the answer to QUIT never comes, nobody knows what the server still has, and a bad one gives the
 * id to another message. What is listed again under it has to prove that it is the message that is here.
 */
export function foldIntent(ids: readonly string[]): MaildropChange[] {
  return [{ kind: 'mail-status', ids, status: 'deleting' }];
}

/** After QUIT was answered: what the server refused to delete is as it was. */
export function foldDeleted(
  meant: readonly string[],
  deleted: ReadonlySet<string>,
): MaildropChange[] {
  const gone = meant.filter((id) => deleted.has(id));
  const kept = meant.filter((id) => !deleted.has(id));
  const changes: MaildropChange[] = [];
  if (gone.length > 0) changes.push({ kind: 'mail-status', ids: gone, status: 'gone' });
  if (kept.length > 0) changes.push({ kind: 'mail-status', ids: kept, status: 'stored' });
  return changes;
}
