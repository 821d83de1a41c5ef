/** The contract of the mail store, on real disks of several kinds and on the fake in memory. */

import { existsSync } from 'node:fs';
import { realDisk } from '../../../src/disk/disk.ts';
import { mailStoreContract } from '../../contract/mail-store.ts';
import type { MemoryFolder } from '../../fakes/memory-mail-folder.ts';
import { MemoryMailStore } from '../../fakes/memory-mail-store.ts';
import { diskWorld } from './disk-world.ts';
import { diskWithoutKoffi, diskWithoutLinks } from './faulty-disk.ts';

mailStoreContract('Maildir on disk', () => diskWorld());
mailStoreContract('Maildir on disk, all batches by syncfs', () => diskWorld({ bulk: 1 }));
mailStoreContract('Maildir on disk, without koffi', () =>
  diskWorld({ disk: diskWithoutKoffi(realDisk), bulk: 1 }),
);
mailStoreContract('Maildir without hard links', () => diskWorld({ disk: diskWithoutLinks }));

const tmpfs = '/dev/shm';
if (existsSync(tmpfs)) mailStoreContract('Maildir on tmpfs', () => diskWorld({ bulk: 1 }, tmpfs));

mailStoreContract('in memory', () => {
  const store = new MemoryMailStore();
  const root = '/mail/work';
  const folder = (localPath: string): MemoryFolder => store.makeFolder(root, localPath);
  return Promise.resolve({
    store,
    root,
    files: (localPath) => Promise.resolve(new Map(folder(localPath))),
    temporary: () => Promise.resolve([...store.temporary.keys()]),
    put: (localPath, path, content) => {
      if (path === 'dovecot-keywords') folder(localPath).keywords = content;
      else folder(localPath).set(path, Buffer.from(content));
      return Promise.resolve();
    },
    move: (localPath, from, to) => {
      folder(localPath).set(to, folder(localPath).get(from) ?? Buffer.alloc(0));
      folder(localPath).delete(from);
      return Promise.resolve();
    },
    remove: (localPath, path) => {
      folder(localPath).delete(path);
      return Promise.resolve();
    },
    unmark: () => {
      store.root(root).owner = null;
      return Promise.resolve();
    },
    makeFolder: (localPath) => {
      folder(localPath);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  });
});
