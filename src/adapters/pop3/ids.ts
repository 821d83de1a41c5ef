/** What a message of a listing is known by: its UIDL, unless others share it. */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';

/** As it was listed; its id is the UIDL still. */
export interface Numbered {
  readonly id: string;
  readonly number: number;
  size: number | null;
}

/**
 * A UIDL that stands there more than once names none of its messages: each gets an id of its own, `UIDL#1` and on, which is
 * never the UIDL itself. So one that is alone with the UIDL later is not taken for any of them.
 */
export function identified(messages: readonly Numbered[]): readonly ListedMail[] {
  const taken = new Set<string>();
  const shared = new Map<string, number>();
  for (const { id } of messages) {
    if (taken.has(id)) shared.set(id, 0);
    else taken.add(id);
  }
  if (shared.size === 0) return messages;
  return messages.map((message) => {
    const { id: uidl } = message;
    if (!shared.has(uidl)) return message;
    return { ...message, id: freeId(uidl, shared, taken), sharedUidl: uidl };
  });
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
