/**
 * Marks a message of 150 recipients as `sending`, fills the disk to the last octet, writes the answers of all, and then wants to
 * send the next: `program-fill DIRECTORY`. Says how each step went.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createOutboxStore } from '../../../src/adapters/outbox/outbox-store.ts';
import {
  afterAttempt,
  beforeAttempt,
  roomForAnswers,
} from '../../../src/core/outbox/plan-outbox.ts';
import { entryOf, messageOf } from './entries.ts';

const [directory = ''] = process.argv.slice(2);
const store = createOutboxStore(join(directory, 'outbox'));
const moment = { now: 1000, chance: 0.5 };

const recipients = Array.from({ length: 150 }, (_, at) => ({
  address: `recipient-${at}@x.example`,
  status: 'open' as const,
  reply: null,
}));

async function step(name: string, work: () => Promise<void>): Promise<void> {
  const result = await work().then(
    () => 'done',
    (error: unknown) => `failed ${String((error as { code?: string }).code)}`,
  );
  writeSync(1, `${name} ${result}\n`);
}

function fill(): void {
  const file = openSync(join(directory, 'filler'), 'w');
  for (let octets = 4096; octets >= 1; octets = octets === 4096 ? 1 : 0) {
    try {
      for (;;) writeSync(file, Buffer.alloc(octets, 'x'));
    } catch {
      // Full at this size.
    }
  }
  closeSync(file);
}

const sending = beforeAttempt(entryOf('abc1', { recipients }), moment);
const verdicts = recipients.map(({ address }) => ({
  ...{ address, kind: 'deferred' as const, reply: `451 4.3.0 ${'ü"'.repeat(200)}` },
}));
const after = afterAttempt(sending, { kind: 'answered', verdicts }, moment);

await step('add', () => store.add(entryOf('abc1', { recipients }), messageOf('abc1')));
await step('mark', () => store.updateWithRoom(sending, roomForAnswers(sending)));
fill();
await step('answer', () => store.update(after));
await step('next', () => store.updateWithRoom(beforeAttempt(after, moment), roomForAnswers(after)));
