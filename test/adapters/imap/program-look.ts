/**
 * Looks at everything that servers say beside their mail, one after the other, and says for each in a line of JSON what it
 * came to and how large the process has grown: `node --expose-gc program-look PORT…`.
 */

import { accountAt, connect } from './harness.ts';
import { peakMegabytes } from '../../servers/peak-memory.ts';

async function look(port: number) {
  const said = { folders: 0, warnings: 0, uids: 0, facts: 0, changed: 0, error: '', megabytes: 0 };
  try {
    const session = await connect(accountAt(port));
    const { folders, warnings } = await session.folders();
    said.folders = folders.length;
    said.warnings = warnings.length;
    const folder = await session.select('INBOX');
    const { uids } = await folder.uids(1);
    said.uids = uids.size;
    for await (const page of folder.facts(uids.within(1, 3_000))) said.facts += page.length;
    said.changed = (await folder.changesSince('1'))?.changed.length ?? 0;
    await session.close();
  } catch (error) {
    said.error = (error as Error).message;
  }
  said.megabytes = Math.round(peakMegabytes());
  return said;
}

for (const port of process.argv.slice(2)) {
  globalThis.gc?.();
  process.stdout.write(`${JSON.stringify(await look(Number(port)))}\n`);
}
process.exit();
