/** Message-IDs of our own. */

import { domainOf } from './addresses.ts';

export type RandomBytes = (count: number) => Uint8Array;

/** One for a sender's address. RFC 5322 3.6.4: unique by chance on the left, by our own name on the right. */
export function newMessageId(randomBytes: RandomBytes, sender: string): string {
  return `<${Buffer.from(randomBytes(16)).toString('hex')}@${domainOf(sender)}>`;
}
