/** The contract of a mailbox source on a server whose spelling is its own. */

import { mailboxSourceContract } from '../../contract/mailbox-source.ts';
import { accountAt, connect } from './harness.ts';
import { OddMailbox, startOddServer } from './odd-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

mailboxSourceContract('a scripted server that spells oddly', async () => {
  const servers: ScriptedServer[] = [];
  return {
    can: { listStatus: false, condstore: false, qresync: false, uidPlus: false },
    account: async (folders = []) => {
      const mailbox = new OddMailbox();
      for (const name of folders) mailbox.create(name);
      const server = await startOddServer(mailbox);
      servers.push(server);
      return {
        connect: async () => await connect(accountAt(server.port)),
        deliver: async (name, messages) => {
          for (const { octets, internalDate } of messages) mailbox.add(name, octets, internalDate);
        },
        expunge: async (name, uid) => mailbox.remove(name, uid),
        addFlag: async (name, uid, flag) => mailbox.flag(name, uid, flag),
      };
    },
    dispose: async () => {
      for (const server of servers) await server.stop();
    },
  };
});
