/** The contract of watching: on Dovecot with NOTIFY and with IDLE alone, and on the demo's server. */

import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { imapSource } from '../../../../src/adapters/imap/source.ts';
import { flagsToImap } from '../../../../src/core/sync/flags.ts';
import { startImapServer } from '../../../../src/demo/imap/server.ts';
import { Mailbox, type Folder } from '../../../../src/demo/mail/mailbox.ts';
import { mailboxWatchContract, type WatchWorld } from '../../../contract/mailbox-watch.ts';
import { startDovecot } from '../../../servers/dovecot.ts';
import type { RawImap } from '../../../servers/raw-imap.ts';
import { accountAt, secret } from '../harness.ts';

const source = imapSource({ clock: systemClock });
const octets = Buffer.from('Subject: news\r\n\r\ntext\r\n');

async function dovecotWorld(capabilities: string | null): Promise<WatchWorld> {
  const told = capabilities === null ? {} : { extra: `imap_capability = ${capabilities}` };
  const dovecot = await startDovecot(told);
  const clients: RawImap[] = [];
  return {
    everywhere: capabilities === null,
    account: async (folders = []) => {
      const user = await dovecot.addUser();
      for (const name of folders) await dovecot.createFolder(user, name);
      const client = await dovecot.imap(user);
      clients.push(client);
      // Dovecot tells of folders twice whose index it has yet to make.
      for (const name of ['INBOX', ...folders]) await client.open(name, 'SELECT');
      await client.command('UNSELECT');
      const account = accountAt(dovecot.ports.imap, { username: user.address });
      const login = { username: user.address, password: user.password };
      return {
        watch: (paths, signal) => source.watch(account, login, paths, signal),
        deliver: async (folder) => await client.append(folder, octets),
        addFlag: async (folder, uid, flag) => {
          await client.open(folder, 'SELECT');
          await client.command(`UID STORE ${uid} +FLAGS (${flagsToImap([flag]).join(' ')})`);
        },
        expunge: async (folder, uid) => {
          await client.open(folder, 'SELECT');
          await client.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
          await client.command('EXPUNGE');
        },
      };
    },
    dispose: async () => {
      for (const client of clients) await client.close();
      await dovecot.stop();
    },
  };
}

async function demoWorld(): Promise<WatchWorld> {
  const stops: (() => Promise<void>)[] = [];
  return {
    everywhere: false,
    account: async (folders = []) => {
      const mailbox = new Mailbox();
      for (const name of folders) mailbox.create(name);
      const user = { name: 'mara', password: secret, addresses: [], mailbox };
      const server = await startImapServer({ users: [user] });
      stops.push(() => server.stop());
      const folder = (name: string): Folder => {
        const found = mailbox.folder(name);
        if (found === undefined) throw new Error(`there is no folder ${name}`);
        return found;
      };
      const login = { username: 'mara', password: secret };
      return {
        watch: (paths, signal) => source.watch(accountAt(server.port), login, paths, signal),
        deliver: async (name) => void folder(name).append({ raw: octets }),
        addFlag: async (name, uid, flag) => {
          const message = folder(name).messages.find((each) => each.uid === uid);
          if (message === undefined) throw new Error(`there is no message ${uid}`);
          folder(name).setFlags(message, [...message.flags, ...flagsToImap([flag])]);
        },
        expunge: async (name, uid) => folder(name).remove(new Set([uid])),
      };
    },
    dispose: async () => {
      for (const stop of stops) await stop();
    },
  };
}

mailboxWatchContract('Dovecot, by NOTIFY', () => dovecotWorld(null));
mailboxWatchContract('Dovecot, by IDLE', () => dovecotWorld('IMAP4rev1 SASL-IR IDLE'));
mailboxWatchContract('the demo’s server, by IDLE', demoWorld);
