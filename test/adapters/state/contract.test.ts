import { afterAll, beforeAll } from 'vitest';
import { connectHere, connectInTurn, connectThread } from '../../../src/adapters/state/connect.ts';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import { describeStateStore } from '../../contract/state-store.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';
import { buildPrograms, type Built } from './built.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
let built: Built;
beforeAll(async () => {
  built = await buildPrograms();
});
afterAll(() => {
  built.remove();
});

describeStateStore('state in SQLite, in the same thread', () =>
  createStateStore({ directory: scratch(), connect: connectHere }),
);

describeStateStore('state in SQLite, in a thread of its own', () =>
  createStateStore({ directory: scratch(), connect: connectThread(built.worker) }),
);

describeStateStore('state in SQLite, first here, then in a thread', () =>
  createStateStore({ directory: scratch(), connect: connectInTurn(built.worker) }),
);

describeStateStore('state in memory', () => createMemoryStateStore());

describeStateStore('state in memory, answering late', () => createMemoryStateStore(seeded(7)));

/** Numbers in [0, 1) that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
