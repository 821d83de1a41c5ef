/** The two people of the demo: one reads her mail over IMAP, one fetches his over POP3. */

import { Mailbox, type DemoUser } from './mailbox.ts';
import type { DemoMessage } from './demo-message.ts';
import { demoFolders, demoMessages, pop3Messages } from './messages.ts';

export interface DemoPeople {
  imap: DemoUser;
  pop3: DemoUser;
}

export function demoPeople(): DemoPeople {
  return {
    imap: person('mara@brunnen.example', 'Wiesenweg-17', demoMessages()),
    pop3: person('jonas@brunnen.example', 'Apfelbaum-23', pop3Messages()),
  };
}

export function demoUsers(): DemoUser[] {
  const { imap, pop3 } = demoPeople();
  return [imap, pop3];
}

function person(address: string, password: string, messages: readonly DemoMessage[]): DemoUser {
  const mailbox = new Mailbox();
  const folders = new Set(messages.map((message) => message.folder));
  for (const { name, specialUse } of demoFolders) {
    const wanted = specialUse !== undefined || folders.has(name);
    if (wanted) mailbox.create(name, specialUse === undefined ? {} : { specialUse });
  }
  for (const message of messages) mailbox.create(message.folder).append(message);
  return { name: address, password, addresses: [address], mailbox };
}
