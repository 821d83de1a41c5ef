/** A codec with fixed randomness, and drafts for its tests. */

import { createMessageCodec } from '../../../src/adapters/mime/message-codec.ts';
import type { Draft, SubmissionOptions } from '../../../src/ports/sending/message-codec.ts';

export const codec = createMessageCodec({
  randomBytes: (count) => new Uint8Array(count).fill(0xab),
  userAgent: 'posthorn/0',
});

export const madeId = `<${'ab'.repeat(16)}@brunnen.example>`;

export function draft(over: Partial<Draft> = {}): Draft {
  return {
    from: { name: 'Mara Brunn', address: 'mara@brunnen.example' },
    to: ['eva@feld.example'],
    cc: [],
    bcc: [],
    subject: 'Hello',
    text: 'hello\n',
    attachments: [],
    date: Date.UTC(2024, 1, 29, 12),
    ...over,
  };
}

export function submission(over: Partial<SubmissionOptions> = {}): SubmissionOptions {
  return {
    from: null,
    recipients: ['eva@feld.example'],
    recipientsFromHeader: false,
    sender: { name: 'Mara Brunn', address: 'mara@brunnen.example' },
    date: Date.UTC(2024, 1, 29, 12),
    ...over,
  };
}
