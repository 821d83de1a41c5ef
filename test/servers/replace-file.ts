/** Replaces a file that a running server reads, so that it notices the change and never waits for it. */
import { rename, utimes, writeFile } from 'node:fs/promises';

let changes = 0;
const hour = 3600;

/**
 * Dovecot tells versions apart by the modification time in whole seconds, so each gets a second of
 * its own; Postfix pauses until a fresh file has "cooled down", so the second lies in the past.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  changes += 1;
  const time = Math.floor(Date.now() / 1000) - hour + changes;
  const fresh = `${path}.${changes}.fresh`;
  await writeFile(fresh, text, { mode: 0o644 });
  await utimes(fresh, time, time);
  await rename(fresh, path);
}
