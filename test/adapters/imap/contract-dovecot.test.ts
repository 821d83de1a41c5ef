/** The contract of a mailbox source on Dovecot, whole and without its extensions. */

import { flagsToImap } from '../../../src/core/sync/flags.ts';
import { mailboxSourceContract } from '../../contract/mailbox-source.ts';
import type { WritingWorld } from '../../contract/mailbox-stage.ts';
import { mailboxWritingContract } from '../../contract/mailbox-writing.ts';
import { startDovecot } from '../../servers/dovecot.ts';
import type { RawImap } from '../../servers/raw-imap.ts';
import { accountAt, connect } from './harness.ts';

/** What Dovecot says that it can; it can more, but nobody who keeps to its word asks for that. */
async function dovecotWorld(capabilities: string | null): Promise<WritingWorld> {
  const told = capabilities === null ? {} : { extra: `imap_capability = ${capabilities}` };
  const dovecot = await startDovecot(told);
  const has = (name: string) => capabilities === null || capabilities.split(' ').includes(name);
  const clients: RawImap[] = [];
  return {
    can: {
      listStatus: has('LIST-STATUS'),
      condstore: has('CONDSTORE'),
      qresync: has('QRESYNC'),
      uidPlus: true,
      expunge: has('UIDPLUS'),
      move: has('MOVE'),
      subscriptions: has('LIST-EXTENDED'),
    },
    account: async (folders = []) => {
      const user = await dovecot.addUser();
      for (const name of folders) await dovecot.createFolder(user, name);
      const behind = async (folder: string, command: string): Promise<void> => {
        const imap = await dovecot.imap(user);
        clients.push(imap);
        await imap.open(folder, 'SELECT');
        await imap.command(command);
      };
      const account = accountAt(dovecot.ports.imap, { username: user.address });
      return {
        connect: async () => await connect(account, { password: user.password }),
        deliver: async (folder, messages) => {
          for (const { octets, internalDate } of messages)
            await dovecot.append(user, folder, octets, { date: new Date(internalDate) });
        },
        expunge: async (folder, uid) => {
          await behind(folder, `UID STORE ${uid} +FLAGS (\\Deleted)`);
          await behind(folder, 'EXPUNGE');
        },
        addFlag: async (folder, uid, flag) => {
          await behind(folder, `UID STORE ${uid} +FLAGS (${flagsToImap([flag]).join(' ')})`);
        },
        messages: async (folder) => {
          const messages = await dovecot.serverMessages(user, folder);
          return messages.map(({ raw, internalDate, ...rest }) => ({
            ...{ ...rest, octets: raw, internalDate: internalDate.getTime() },
          }));
        },
        subscribed: async () => {
          const list = ['mailbox', 'list', '-s', '-u', user.address];
          return (await dovecot.doveadm(...list))
            .split('\n')
            .filter((name) => name !== '')
            .sort();
        },
      };
    },
    dispose: async () => {
      for (const client of clients) await client.close();
      await dovecot.stop();
    },
  };
}

const least = 'IMAP4rev1 SASL-IR';

const worlds: Readonly<Record<string, string | null>> = {
  Dovecot: null,
  'Dovecot, with the least': least,
  'Dovecot, with CONDSTORE alone': `${least} ENABLE CONDSTORE ESEARCH`,
  'Dovecot, with LIST-STATUS alone': `${least} LIST-EXTENDED LIST-STATUS SPECIAL-USE NAMESPACE ID`,
  'Dovecot, without MOVE': `${least} UIDPLUS LITERAL- ENABLE CONDSTORE QRESYNC UNSELECT`,
};

for (const [title, capabilities] of Object.entries(worlds)) {
  mailboxSourceContract(title, () => dovecotWorld(capabilities));
  mailboxWritingContract(title, () => dovecotWorld(capabilities));
}
