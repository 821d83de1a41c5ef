/** The contract of a mailbox source on Dovecot, whole and without its extensions. */

import { flagsToImap } from '../../../src/core/sync/flags.ts';
import { mailboxSourceContract, type MailboxWorld } from '../../contract/mailbox-source.ts';
import { startDovecot } from '../../servers/dovecot.ts';
import type { RawImap } from '../../servers/raw-imap.ts';
import { accountAt, connect } from './harness.ts';

/** What Dovecot says that it can; it can more, but nobody who keeps to its word asks for that. */
async function dovecotWorld(capabilities: string | null): Promise<MailboxWorld> {
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
      };
    },
    dispose: async () => {
      for (const client of clients) await client.close();
      await dovecot.stop();
    },
  };
}

const least = 'IMAP4rev1 SASL-IR';

mailboxSourceContract('Dovecot', () => dovecotWorld(null));
mailboxSourceContract('Dovecot, with the least', () => dovecotWorld(least));
mailboxSourceContract('Dovecot, with CONDSTORE alone', () =>
  dovecotWorld(`${least} ENABLE CONDSTORE ESEARCH`),
);
mailboxSourceContract('Dovecot, with LIST-STATUS alone', () =>
  dovecotWorld(`${least} LIST-EXTENDED LIST-STATUS SPECIAL-USE NAMESPACE ID`),
);
