/** Entries and messages for the tests of the outbox: the octets of each can be told from its id. */

import type { OutboxEntry } from '../../../src/core/outbox/entry.ts';

export function messageOf(id: string): Buffer {
  return Buffer.from(`Subject: ${id}\r\n\r\n${id.repeat(500)}\r\n`);
}

export function entryOf(id: string, over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id,
    accountId: 'abc123',
    from: 'mara@brunnen.example',
    recipients: [{ address: 'eva@feld.example', status: 'open', reply: null }],
    messageId: `<${id}@brunnen.example>`,
    subject: 'Grüße',
    size: messageOf(id).length,
    state: 'queued',
    createdAt: 1000,
    attempts: 0,
    nextAttempt: 1000,
    lastError: null,
    saveSent: true,
    filing: null,
    ...over,
  };
}
