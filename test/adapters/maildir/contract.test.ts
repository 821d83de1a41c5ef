/** The contract of the mail store, on a real disk and on the fake in memory. */

import { mailStoreContract } from '../../contract/mail-store.ts';
import { MemoryMailStore } from '../../fakes/memory-mail-store.ts';
import { diskWorld } from './disk-world.ts';

mailStoreContract('Maildir on disk', () => diskWorld());

mailStoreContract('in memory', () => {
  const store = new MemoryMailStore();
  const root = '/mail/work';
  const folder = (localPath: string): Map<string, Buffer> =>
    store.folder(root, localPath) ?? new Map();
  return Promise.resolve({
    store,
    root,
    files: (localPath) => Promise.resolve(folder(localPath)),
    temporary: () => Promise.resolve([...store.temporary.keys()]),
    move: (localPath, from, to) => {
      folder(localPath).set(to, folder(localPath).get(from) ?? Buffer.alloc(0));
      folder(localPath).delete(from);
      return Promise.resolve();
    },
    remove: (localPath, path) => {
      folder(localPath).delete(path);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  });
});
