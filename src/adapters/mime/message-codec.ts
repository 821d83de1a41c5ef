/** The codec of messages: new ones composed, finished ones made ready to be sent. */

import type { MessageCodec } from '../../ports/message-codec.ts';
import { domainOf } from './addresses.ts';
import { submitMessage } from './submission.ts';

export interface CodecOptions {
  readonly randomBytes: (count: number) => Uint8Array;
  /** Value of User-Agent in composed messages; left out: none. */
  readonly userAgent?: string;
}

export function createMessageCodec({ randomBytes, userAgent }: CodecOptions): MessageCodec {
  // RFC 5322 3.6.4: unique by chance on the left, by our own name on the right.
  const newId = (sender: string) =>
    `<${Buffer.from(randomBytes(16)).toString('hex')}@${domainOf(sender)}>`;
  return {
    // The composer is loaded for who composes alone: a finished message is to be queued at once.
    compose: async (draft) =>
      (await import('./compose.ts')).composeMessage(draft, { newId, userAgent }),
    submit: async (raw, options) => {
      await Promise.resolve();
      return submitMessage(raw, options, newId);
    },
  };
}
