/** Sessions that refuse whatever they are asked for; tests put in the few calls that they need. */

import type { ConnectionFacts } from '../../src/ports/connection.ts';
import type { MailboxSession } from '../../src/ports/receiving/mailbox-source.ts';
import type { MaildropSession } from '../../src/ports/receiving/maildrop-source.ts';

export const facts: ConnectionFacts = {
  host: 'x.example',
  port: 1,
  tls: 'TLSv1.3',
  mechanism: 'PLAIN',
  capabilities: [],
};

function refuse(): never {
  throw new Error('this test needs no such call');
}

const close = (): Promise<void> => Promise.resolve();

export const refusingMailbox: MailboxSession = {
  ...{ facts, spent: false, close },
  ...{ folders: refuse, status: refuse, select: refuse, uidNext: refuse, findByMessageId: refuse },
  ...{ append: refuse, personalPrefix: refuse, createFolder: refuse, selectForWriting: refuse },
  ...{ upload: refuse, renameFolder: refuse, deleteFolder: refuse, subscribe: refuse },
  delimiter: '/',
};

export const refusingMaildrop: MaildropSession = {
  ...{ facts, spent: false, close },
  ...{ list: refuse, retrieve: refuse, messageIds: refuse, remove: refuse },
};
