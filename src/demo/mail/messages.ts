/** The demo's mail: the same octets on every run, for the person with IMAP and for the one with POP3. */

import type { SpecialUse } from './mailbox.ts';
import type { DemoMessage } from './demo-message.ts';
import { attachmentMessages } from './attachments.ts';
import { letterMessages } from './letters.ts';
import { listMessages } from './lists.ts';
import { oddMessages } from './odd.ts';

/** In the order in which a server would list them. */
export const demoFolders: readonly { name: string; specialUse?: SpecialUse }[] = [
  { name: 'INBOX' },
  { name: 'Drafts', specialUse: '\\Drafts' },
  { name: 'Sent', specialUse: '\\Sent' },
  { name: 'Trash', specialUse: '\\Trash' },
  { name: 'Spam', specialUse: '\\Junk' },
  { name: 'Archive', specialUse: '\\Archive' },
  { name: 'Projekte' },
  { name: 'Projekte/Straße' },
  { name: 'Listen' },
];

/** About forty, over the folders above, by rising date. */
export function demoMessages(): DemoMessage[] {
  return byDate([
    ...letterMessages(),
    ...listMessages(),
    ...attachmentMessages(),
    ...oddMessages(),
  ]);
}

/** Those of INBOX that POP3 is to be tried with; without flags, as it knows none. */
export function pop3Messages(): DemoMessage[] {
  const letters = letterMessages().filter(({ folder }) => folder === 'INBOX');
  const chosen = [...letters.slice(2, 5), ...attachmentMessages().slice(0, 2), ...oddMessages()];
  return byDate(chosen.map((message) => ({ ...message, folder: 'INBOX', flags: [] })));
}

function byDate(messages: readonly DemoMessage[]): DemoMessage[] {
  return messages.toSorted(
    (one, other) => one.internalDate.getTime() - other.internalDate.getTime(),
  );
}
