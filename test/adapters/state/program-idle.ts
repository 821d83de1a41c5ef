/** Asks the state's thread once, closes nothing and has nothing else to do: `program-idle DIRECTORY`. */

import { connectThread } from '../../../src/adapters/state/connect.ts';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';

const connect = connectThread(new URL('./state-worker.js', import.meta.url));
const store = createStateStore({ directory: process.argv[2] ?? '', connect });
console.log(`answered ${JSON.stringify(await store.accounts())}`);
