/**
 * Takes a lock and says `held` or the error: `program-lock DIRECTORY NAME WAIT_MS`. Holds it until standard input ends, then
 * releases it.
 */

import { writeSync } from 'node:fs';
import { createLock } from '../../../src/adapters/lock/lock.ts';

const [directory = '', name = '', waitMs = '0'] = process.argv.slice(2);
try {
  const lock = await createLock(directory).acquire(name, { waitMs: Number(waitMs) });
  writeSync(1, 'held\n');
  for await (const _ of process.stdin.resume()) continue;
  writeSync(1, 'releasing\n');
  await lock.release();
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  writeSync(1, `${String(code)}: ${message}\n`);
}
