/** The contracts of a mailbox source on mail in memory, with and without extensions. */

import type { Account } from '../../src/core/account/account.ts';
import { flagsToImap } from '../../src/core/sync/flags.ts';
import { mailboxSourceContract } from '../contract/mailbox-source.ts';
import type { WritingWorld } from '../contract/mailbox-stage.ts';
import { mailboxWritingContract } from '../contract/mailbox-writing.ts';
import { MemoryMailServer } from './memory-mail-server.ts';

type Can = MemoryMailServer['can'];

function memoryWorld(can: Partial<Can>): WritingWorld {
  const all: Can = { condstore: true, qresync: true, uidPlus: true, move: true, ...can };
  return {
    can: { ...all, listStatus: true, expunge: all.uidPlus, subscriptions: true },
    account: (folders = []) => {
      const server = new MemoryMailServer('imap', ['INBOX', ...folders]);
      Object.assign(server.can, all);
      const login = { username: 'mara', password: 'geheim' };
      const { signal } = new AbortController();
      return Promise.resolve({
        // The server in memory asks for no account.
        connect: async () => await server.mailbox().connect({} as Account, login, signal),
        deliver: async (path, messages) => {
          for (const { octets, flags = [], internalDate } of messages)
            server.deliver(octets.toString(), { path, flags, internalDate });
        },
        expunge: async (path, uid) => server.expunge(String(uid), path),
        addFlag: async (path, uid, flag) => {
          server.folder(path).change(
            ({ id }) => id === String(uid),
            ({ flags }) => ({ flags: [...flags, flag] }),
          );
        },
        messages: async (path) =>
          server.folder(path).messages.map((each) => ({
            uid: Number(each.id),
            flags: [...flagsToImap(each.flags), ...(each.keywords ?? [])].sort(),
            octets: Buffer.from(each.text),
            internalDate: each.internalDate ?? 0,
          })),
        subscribed: async () =>
          server.folders.flatMap(({ path, isSubscribed }) => (isSubscribed ? [path] : [])).sort(),
      });
    },
    dispose: () => Promise.resolve(),
  };
}

const worlds: Readonly<Record<string, Partial<Can>>> = {
  'in memory': {},
  'in memory, with the least': { condstore: false, qresync: false, uidPlus: false, move: false },
  'in memory, without MOVE and QRESYNC': { qresync: false, move: false },
};

for (const [title, can] of Object.entries(worlds)) {
  mailboxSourceContract(title, () => Promise.resolve(memoryWorld(can)));
  mailboxWritingContract(title, () => Promise.resolve(memoryWorld(can)));
}
