/** The contract of a mailbox source on the demo's server, whole and with little that it can. */

import { startImapServer } from '../../../src/demo/imap/server.ts';
import { Mailbox, type Folder } from '../../../src/demo/mail/mailbox.ts';
import { flagsToImap } from '../../../src/core/sync/flags.ts';
import { mailboxSourceContract } from '../../contract/mailbox-source.ts';
import type { WritingWorld } from '../../contract/mailbox-stage.ts';
import { mailboxWritingContract } from '../../contract/mailbox-writing.ts';
import { accountAt, connect, secret } from './harness.ts';

async function demoWorld(hide: readonly string[]): Promise<WritingWorld> {
  const stops: (() => Promise<void>)[] = [];
  return {
    can: {
      listStatus: !hide.includes('LIST-STATUS'),
      condstore: false,
      qresync: false,
      uidPlus: !hide.includes('UIDPLUS'),
      expunge: !hide.includes('UIDPLUS'),
      move: !hide.includes('MOVE'),
      subscriptions: !hide.includes('LIST-EXTENDED'),
    },
    account: async (folders = []) => {
      const mailbox = new Mailbox();
      for (const name of folders) mailbox.create(name);
      const user = { name: 'mara', password: secret, addresses: [], mailbox };
      const server = await startImapServer({ users: [user], hide });
      stops.push(() => server.stop());
      const folder = (name: string): Folder => {
        const found = mailbox.folder(name);
        if (found === undefined) throw new Error(`there is no folder ${name}`);
        return found;
      };
      return {
        connect: async () => await connect(accountAt(server.port)),
        deliver: async (name, messages) => {
          for (const { octets, internalDate } of messages)
            folder(name).append({ raw: octets, internalDate: new Date(internalDate) });
        },
        expunge: async (name, uid) => {
          folder(name).remove(new Set([uid]));
        },
        addFlag: async (name, uid, flag) => {
          const message = folder(name).messages.find((each) => each.uid === uid);
          for (const imap of flagsToImap([flag])) message?.flags.add(imap);
        },
        messages: async (name) =>
          folder(name).messages.map(({ uid, flags, raw, internalDate }) => ({
            ...{ uid, flags: [...flags].sort(), octets: raw },
            internalDate: internalDate.getTime(),
          })),
        subscribed: async () =>
          mailbox.folders.flatMap(({ name, subscribed }) => (subscribed ? [name] : [])).sort(),
      };
    },
    dispose: async () => {
      for (const stop of stops) await stop();
    },
  };
}

const least = [
  ...['LIST-STATUS', 'LIST-EXTENDED', 'SPECIAL-USE', 'UIDPLUS', 'MOVE', 'ESEARCH'],
  ...['SASL-IR', 'LITERAL+', 'LITERAL-', 'NAMESPACE', 'IDLE', 'ID', 'UNSELECT'],
];

const worlds: Readonly<Record<string, readonly string[]>> = {
  'the demo’s server': [],
  'the demo’s server, with the least': least,
  'the demo’s server, with LITERAL- and without MOVE': ['LITERAL+', 'MOVE'],
};

for (const [title, hide] of Object.entries(worlds)) {
  mailboxSourceContract(title, () => demoWorld(hide));
  mailboxWritingContract(title, () => demoWorld(hide));
}
