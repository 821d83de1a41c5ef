/** What a message of a listing is known by: its UIDL, unless others share it. */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';

export interface Numbered {
  readonly number: number;
  readonly uidl: string;
  size: number | null;
}

/**
 * A UIDL that stands there more than once names none of its messages: each gets an id of its own, `UIDL#1` and on, which is
 * never the UIDL itself. So one that is alone with the UIDL later is not taken for any of them.
 */
export function identified(messages: readonly Numbered[]): ListedMail[] {
  const taken = new Set<string>();
  const shared = new Map<string, number>();
  for (const { uidl } of messages) {
    if (taken.has(uidl)) shared.set(uidl, 0);
    else taken.add(uidl);
  }
  return messages.map(({ number, uidl, size }) =>
    shared.has(uidl)
      ? { id: freeId(uidl, shared, taken), number, size, sharedUidl: uidl }
      : { id: uidl, number, size },
  );
}

/** Goes on counting where the last one of the UIDL ended. */
function freeId(uidl: string, shared: Map<string, number>, taken: Set<string>): string {
  let copy = shared.get(uidl) ?? 0;
  do copy += 1;
  while (taken.has(`${uidl}#${copy}`));
  shared.set(uidl, copy);
  const id = `${uidl}#${copy}`;
  taken.add(id);
  return id;
}
