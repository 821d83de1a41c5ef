/** Adds messages for ever, moves every other one on, and says which are safe: `program-add DIRECTORY PREFIX`. */

import { writeSync } from 'node:fs';
import { createOutboxStore } from '../../../src/adapters/outbox/outbox-store.ts';
import { entryOf, messageOf } from './entries.ts';

const [directory = '', prefix = 'x'] = process.argv.slice(2);
const store = createOutboxStore(directory);

try {
  for (let at = 0; ; at += 1) {
    const id = `${prefix}${at}`;
    await store.add(entryOf(id), messageOf(id));
    writeSync(1, `added ${id}\n`);
    if (at % 2 === 0) continue;
    await store.update(entryOf(id, { state: 'sending', attempts: 1 }));
    writeSync(1, `sending ${id}\n`);
  }
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  writeSync(1, `failed ${String(code)}: ${message}\n`);
  process.exitCode = 1;
}
