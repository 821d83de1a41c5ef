/** Counts what arrived: a program that was quick because it did less is no peer. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

function countBelow(folder) {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (entry.name === 'new' || entry.name === 'cur') count += readdirSync(path).length;
    else if (entry.name !== 'tmp') count += countBelow(path);
  }
  return count;
}

export function requireMessages(folder, expected, who) {
  const count = countBelow(folder);
  if (count !== expected) throw new Error(`${who} brought ${count} of ${expected} messages`);
}
