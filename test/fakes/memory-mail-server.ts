/** An IMAP or POP3 server in memory, behind both source ports, with the faults of real ones. */

import type { MailboxSource } from '../../src/ports/receiving/mailbox-source.ts';
import type { MaildropSource } from '../../src/ports/receiving/maildrop-source.ts';
import { watchMemory } from './memory-mailbox-watch.ts';
import { MemoryMailboxSession } from './memory-mailbox-session.ts';
import { MemoryMaildropSession } from './memory-maildrop-session.ts';
import { ServedMail, type ServerStep } from './served-mail.ts';

export class MemoryMailServer extends ServedMail {
  /** IMAP. */
  mailbox(step: ServerStep = () => Promise.resolve()): MailboxSource {
    return {
      connect: async () => {
        await step('connect');
        this.connections += 1;
        return new MemoryMailboxSession(this, step);
      },
      watch: (_account, _login, paths, signal) => watchMemory(this, paths, signal, step),
    };
  }

  /** POP3. */
  maildrop(step: ServerStep = () => Promise.resolve()): MaildropSource {
    return {
      connect: async () => {
        await step('connect');
        this.connections += 1;
        return new MemoryMaildropSession(this, step);
      },
    };
  }
}
