/** An IMAP, a POP3 and an SMTP server in memory for account test: what they greet with, hold and take, as the test says. */

import type { Neighbours } from '../../src/app/neighbours.ts';
import type { RemoteFolder } from '../../src/core/sync/remote.ts';
import type { PortIdentity } from '../../src/core/discovery/port-identity.ts';
import type { ConnectionStep, StepObserver } from '../../src/ports/connection-steps.ts';
import type { SenderSession, SendOutcome } from '../../src/ports/sending/mail-sender.ts';
import type { MailboxSession } from '../../src/ports/receiving/mailbox-source.ts';
import type { MaildropSession } from '../../src/ports/receiving/maildrop-source.ts';
import { createManualClock } from './manual-clock.ts';
import { facts, refusingMailbox, refusingMaildrop } from './refusing-sessions.ts';
import { account as both } from './sending-world.ts';
import { unwatched } from './memory-mailbox-watch.ts';

const unused = (): never => {
  throw new Error('not here');
};

export const reached: ConnectionStep[] = [
  { layer: 'connect', address: '192.0.2.1', port: 1 },
  { layer: 'greeting', text: 'hello' },
  { layer: 'capabilities', names: ['X'] },
  { layer: 'login', mechanism: 'PLAIN' },
];

function folder(path: string, role: RemoteFolder['role']): RemoteFolder {
  return {
    path,
    segments: [path],
    role,
    attributes: [],
    selectable: true,
    subscribed: null,
    status: null,
  };
}

/** Servers that a test changes; both greet, log in and answer. */
export class TestedServers {
  readonly clock = createManualClock();
  /** Message-IDs by folder (IMAP), or bodies by UIDL (POP3). */
  readonly mail = new Map<string, string[]>();
  readonly maildrop = new Map<string, string>();
  readonly calls: string[] = [];
  identity: PortIdentity | null = null;
  onIncoming: (signal: AbortSignal, observe: StepObserver) => Promise<void> = async (
    _signal,
    see,
  ) => reached.forEach(see);
  readSecret: () => Promise<string> = () => Promise.resolve('geheim');
  onSend: (octets: string) => SendOutcome = () => this.taken();
  onTryOut: () => Promise<void> = () => Promise.resolve();

  taken(): SendOutcome {
    const address = both.identity.address;
    return { kind: 'answered', verdicts: [{ address, kind: 'accepted' }], reply: '250 ok' };
  }

  neighbours(): Pick<
    Neighbours,
    'secrets' | 'sources' | 'sender' | 'clock' | 'identify' | 'codec'
  > {
    const connect = <S>(session: () => S) => ({
      connect: async (
        ...[, , signal, observe = () => undefined]: Parameters<
          Neighbours['sources']['imap']['connect']
        >
      ) => {
        this.calls.push('connect');
        await this.onIncoming(signal, observe);
        return session();
      },
    });
    return {
      secrets: {
        read: () => this.readSecret(),
        store: unused,
        stage: unused,
        holds: unused,
        drop: unused,
        forget: unused,
        keyringState: unused,
      },
      sources: {
        imap: { ...connect(() => this.#folders()), watch: unwatched },
        pop3: connect(() => this.#maildrop()),
      },
      sender: {
        connect: async (_account, _login, _signal, observe) => {
          for (const step of reached) observe?.(step);
          return this.#sender();
        },
      },
      clock: this.clock,
      identify: async () => {
        this.calls.push('identify');
        return await Promise.resolve(this.identity);
      },
      codec: {
        compose: ({ to, subject }) =>
          Promise.resolve({
            octets: Buffer.from(`Message-ID: <own@x>\r\nSubject: ${subject}\r\n\r\n`),
            from: both.identity.address,
            recipients: to,
            messageId: '<own@x>',
            subject,
          }),
        submit: unused,
      },
    };
  }

  #folders(): MailboxSession {
    const folders = [folder('INBOX', 'inbox'), folder('Junk', 'spam')];
    return {
      ...refusingMailbox,
      close: this.#close,
      folders: () => Promise.resolve({ folders, warnings: [] }),
      uidNext: (path) => Promise.resolve((this.mail.get(path)?.length ?? 0) + 1),
      findByMessageId: (path, id, from) => {
        this.calls.push(`search ${path}`);
        const ids = (this.mail.get(path) ?? []).map((each, at) => (each === id ? at + 1 : 0));
        return Promise.resolve(ids.filter((uid) => uid >= from));
      },
    };
  }

  #maildrop(): MaildropSession {
    const maildrop = this.maildrop;
    return {
      ...refusingMaildrop,
      close: this.#close,
      list: () => {
        const mail = [...maildrop.keys()].map((id, at) => ({ id, number: at + 1, size: 9 }));
        return Promise.resolve({ mail, complete: true });
      },
      retrieve: async function* (wanted) {
        for (const mail of wanted) {
          const octets = [Buffer.from(maildrop.get(mail.id) ?? '')];
          const body = { kind: 'whole' as const, octets };
          yield await Promise.resolve([{ kind: 'message' as const, mail, body }]);
        }
      },
    };
  }

  readonly #close = (): Promise<void> => {
    this.calls.push('close');
    return Promise.resolve();
  };

  #sender(): SenderSession {
    return {
      facts,
      broken: null,
      tryOut: () => this.onTryOut(),
      send: ({ octets }) => Promise.resolve(this.onSend(octets.toString())),
      close: () => Promise.resolve(),
    };
  }
}
