/** Asks the state once, closes nothing and has nothing else to do: `program-idle DIRECTORY`. */

import { createStateStore } from '../../../src/adapters/state/state-store.ts';

const store = createStateStore({ directory: process.argv[2] ?? '' });
console.log(`answered ${JSON.stringify(await store.accounts())}`);
