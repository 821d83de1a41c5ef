/** The contract of watching, on mail in memory. */

import type { Account } from '../../src/core/account/account.ts';
import { mailboxWatchContract } from '../contract/mailbox-watch.ts';
import { MemoryMailServer } from './memory-mail-server.ts';

mailboxWatchContract('in memory', () =>
  Promise.resolve({
    everywhere: true,
    account: (folders = []) => {
      const server = new MemoryMailServer('imap', ['INBOX', ...folders]);
      const login = { username: 'mara', password: 'geheim' };
      return Promise.resolve({
        // The server in memory asks for no account.
        watch: (paths, signal) => server.mailbox().watch({} as Account, login, paths, signal),
        deliver: async (path) => server.deliver('Subject: news\r\n\r\ntext\r\n', { path }),
        addFlag: async (path, uid, flag) => {
          const folder = server.folder(path);
          folder.messages = folder.messages.map((message) =>
            message.id === String(uid) ? { ...message, flags: [...message.flags, flag] } : message,
          );
          server.changed(path);
        },
        expunge: async (path, uid) => server.expunge(String(uid), path),
      });
    },
    dispose: () => Promise.resolve(),
  }),
);
