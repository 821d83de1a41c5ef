/** A parent process that detaches a child and ends: `parent.ts CHILD PORT LOG READY_WITHIN_MS BEHAVIOUR`. */

import { detachPosthorn } from '../../../src/adapters/process/detach.ts';

const [child = '', port = '', logFile = '', within = '0', behaviour = ''] = process.argv.slice(2);

const answer = await detachPosthorn(child, [behaviour, port], {
  logFile,
  readyWithinMs: Number(within),
});
process.stdout.write(`answer: ${answer}\n`);
