/** Which messages are asked for together: many small ones in one command, each large one in parts. */

import type { RemoteMessage } from '../../core/sync/message.ts';

const mebibyte = 1024 * 1024;

/** A message that claims more is fetched in parts, so that no large one ever stands in memory. */
export const smallMessage = mebibyte;
/** A set is held in memory whole, and the next one is on its way meanwhile. */
const setMessages = 200;
const setOctets = 4 * mebibyte;

export interface FetchGroup {
  readonly kind: 'set' | 'large';
  readonly messages: readonly RemoteMessage[];
}

/** In the given order. A message of unknown size counts as large. */
export function groupForFetch(messages: readonly RemoteMessage[]): FetchGroup[] {
  const groups: FetchGroup[] = [];
  let set: RemoteMessage[] = [];
  let octets = 0;
  const finishSet = (): void => {
    if (set.length > 0) groups.push({ kind: 'set', messages: set });
    set = [];
    octets = 0;
  };
  for (const message of messages) {
    const { size } = message;
    if (size === null || size > smallMessage) {
      finishSet();
      groups.push({ kind: 'large', messages: [message] });
      continue;
    }
    if (set.length === setMessages || octets + size > setOctets) finishSet();
    set.push(message);
    octets += size;
  }
  finishSet();
  return groups;
}
