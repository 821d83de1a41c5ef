/** An SMTP submission server that delivers into the demo's mailboxes, and refuses or breaks off where it is told to. */

import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerAuthentication, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import { allMechanisms, type Mechanism } from './auth.ts';
import { open, type DemoSecurity, type DemoServer, type DemoTls } from './listener.ts';
import type { DemoUser } from './mail/mailbox.ts';

/** A message as it was submitted, dots un-stuffed. */
export interface Delivery {
  from: string;
  recipients: string[];
  /** Name of the user who was logged in. */
  user: string | undefined;
  raw: Buffer;
}

/** `CODE text`, e.g. `451 4.3.0 try later` or `550 5.1.1 nobody here`; or no answer at all. Undefined: all is well. */
export type SmtpVerdict = string | 'stall' | undefined;

export interface SmtpFaults {
  onMail?: (from: string) => SmtpVerdict;
  onRcpt?: (recipient: string) => SmtpVerdict;
  /** After the final dot. `close-stored` delivers, `close-lost` does not; both close before the answer. */
  onData?: (delivery: Delivery) => SmtpVerdict | 'close-stored' | 'close-lost';
  /** Refuses every login with this, e.g. `454 4.7.0 try again`. */
  refuseLogin?: string;
}

export interface SmtpOptions extends SmtpFaults {
  users: readonly DemoUser[];
  /** 0 or nothing: a free one. */
  port?: number;
  /** `starttls` offers no AUTH before TLS. Default `none`. */
  security?: DemoSecurity;
  tls?: DemoTls;
  mechanisms?: readonly Mechanism[];
  /** Default `required`; `none` does not offer it either. */
  auth?: 'required' | 'optional' | 'none';
  /** Largest message in octets; default 100 MiB. */
  size?: number;
}

export interface DemoSmtpServer extends DemoServer {
  /** All that was accepted, in order. */
  readonly deliveries: readonly Delivery[];
}

export async function startSmtpServer(options: SmtpOptions): Promise<DemoSmtpServer> {
  const sockets = new Set<Socket>();
  const deliveries: Delivery[] = [];
  const server = new SMTPServer({
    ...transport(options),
    ...authentication(options),
    ...transaction(options, sockets, deliveries),
  });
  server.on('error', () => undefined);
  const opened = await open(server.server, sockets, options.port ?? 0);
  return { ...opened, deliveries };
}

function transport(options: SmtpOptions): SMTPServerOptions {
  const security = options.security ?? 'none';
  return {
    name: 'localhost',
    banner: 'posthorn demo SMTP server',
    secure: security === 'tls',
    allowInsecureAuth: security === 'none',
    disabledCommands: [
      ...(security === 'starttls' ? [] : ['STARTTLS']),
      ...(options.auth === 'none' ? ['AUTH'] : []),
    ],
    size: options.size ?? 100 * 1024 * 1024,
    disableReverseLookup: true,
    logger: false,
    ...options.tls,
  };
}

function authentication(options: SmtpOptions): SMTPServerOptions {
  return {
    authMethods: [...(options.mechanisms ?? allMechanisms)],
    authOptional: (options.auth ?? 'required') !== 'required',
    onAuth(auth, _session, callback) {
      const user = options.users.find((candidate) => proves(auth, candidate));
      if (options.refuseLogin !== undefined) callback(refusal(options.refuseLogin));
      else if (user === undefined) callback(refusal('535 5.7.8 wrong name or password'));
      else callback(null, { user: user.name });
    },
  };
}

/** CRAM-MD5 sends no password, but can tell whether one is right. */
function proves(auth: SMTPServerAuthentication, user: DemoUser): boolean {
  if (auth.username !== user.name) return false;
  return auth.method === 'CRAM-MD5'
    ? auth.validatePassword(user.password)
    : auth.password === user.password;
}

function transaction(
  options: SmtpOptions,
  sockets: ReadonlySet<Socket>,
  deliveries: Delivery[],
): SMTPServerOptions {
  return {
    onMailFrom: ({ address }, _session, callback) => answer(options.onMail?.(address), callback),
    onRcptTo: ({ address }, _session, callback) => answer(options.onRcpt?.(address), callback),
    onData(stream, session, callback) {
      buffer(stream).then(
        (raw) => {
          const delivery = deliveryOf(session, raw);
          const verdict = stream.sizeExceeded
            ? '552 5.3.4 message too large'
            : options.onData?.(delivery);
          const stored = verdict === undefined || verdict === 'close-stored';
          if (stored) deliver(options.users, delivery, deliveries);
          const closes = verdict === 'close-stored' || verdict === 'close-lost';
          if (closes) socketOf(sockets, session)?.destroy();
          else answer(verdict, callback);
        },
        (error: unknown) => callback(error as Error),
      );
    },
  };
}

function answer(verdict: SmtpVerdict, callback: (error?: Error | null) => void): void {
  if (verdict === undefined) callback();
  else if (verdict !== 'stall') callback(refusal(verdict));
}

function refusal(verdict: string): Error {
  const text = verdict.slice('550 '.length);
  return Object.assign(new Error(text), { responseCode: Number(verdict.slice(0, 3)) });
}

function deliveryOf(session: SMTPServerSession, raw: Buffer): Delivery {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    recipients: rcptTo.map(({ address }) => address),
    user: session.user,
    raw,
  };
}

/** Into the INBOX of each recipient who is a user here; mail to others counts as sent on. */
function deliver(users: readonly DemoUser[], delivery: Delivery, deliveries: Delivery[]): void {
  deliveries.push(delivery);
  const wanted = new Set(delivery.recipients.map((address) => address.toLowerCase()));
  for (const user of users) {
    if (user.addresses.some((address) => wanted.has(address.toLowerCase()))) {
      user.mailbox.inbox.append({ raw: delivery.raw });
    }
  }
}

function socketOf(sockets: ReadonlySet<Socket>, session: SMTPServerSession): Socket | undefined {
  return [...sockets].find((socket) => socket.remotePort === session.remotePort);
}
