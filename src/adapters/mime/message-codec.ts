/** The codec of messages: new ones composed, finished ones made ready to be sent. */

import type { MessageCodec } from '../../ports/sending/message-codec.ts';
import { newMessageId, type RandomBytes } from './message-id.ts';
import { createSubmission } from './submission.ts';

export interface CodecOptions {
  readonly randomBytes: RandomBytes;
  /** Value of User-Agent in composed messages; left out: none. */
  readonly userAgent?: string;
}

export function createMessageCodec({ randomBytes, userAgent }: CodecOptions): MessageCodec {
  const newId = (sender: string): string => newMessageId(randomBytes, sender);
  return {
    // The composer is loaded for who composes alone: a finished message is to be queued at once.
    compose: async (draft) =>
      (await import('./compose.ts')).composeMessage(draft, { newId, userAgent }),
    ...createSubmission(randomBytes),
  };
}
