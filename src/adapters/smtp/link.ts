/** nodemailer's SMTP connection with promises: whatever breaks it ends every wait with a classified error. */

import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { OutgoingServer } from '../../core/account/account.ts';
import type { Layer } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import { connect, type Peer } from '../../wire/connect.ts';
import { cutError } from '../../wire/connection-error.ts';
import { printable } from '../../wire/printable.ts';
import { tlsOptions } from '../../wire/tls-options.ts';
import { brokenBy, codeOf, turnedAway, type LibraryError } from './failures.ts';

export interface LinkLimits {
  /** From the first packet to the end of the login. */
  readonly connectMs: number;
  /** For each reply (RFC 5321 4.5.3.2). */
  readonly answerMs: number;
  /** How long the server may take over a whole message (RFC 5321 4.5.3.2.6). */
  readonly finalMs: number;
  /** For the answer to QUIT. */
  readonly quitMs: number;
}

/** One step of a custom authentication: sends a line, resolves with the whole reply. */
export type Say = (line: string) => Promise<string>;

/** As nodemailer fills it in while it sends. */
export interface Envelope {
  readonly from: string;
  readonly to: string[];
  readonly size: number;
  readonly use8BitMime: boolean;
  readonly accepted?: readonly string[];
  readonly rejectedErrors?: readonly (LibraryError & { readonly recipient?: string })[];
}

type Settle<T> = (error: LibraryError | null | undefined, value?: T) => void;

/** Our own name for "whatever mechanism we chose": nodemailer replaces names that it knows by its own choice. */
const chosenByUs = 'POSTHORN';

/** broken: whatever was under way has no answer. refused: the server's word, in `error.response`; the session goes on. */
export type Delivery =
  | { readonly kind: 'taken'; readonly reply: string }
  | { readonly kind: 'refused'; readonly error: LibraryError }
  | { readonly kind: 'broken'; readonly reason: Error };

/** The part of nodemailer that it uses itself and does not declare: it knows no command but as part of a message. */
interface Inner {
  _sendCommand(line: string): void;
  readonly _responseActions: ((reply: string) => void)[];
}

export class SmtpLink {
  readonly peer: Peer;
  readonly #limits: LinkLimits;
  readonly #socket: Socket;
  readonly #smtp: SMTPConnection;
  #broken: Error | null = null;
  #reject: ((reason: Error) => void) | null = null;
  #authenticate: ((say: Say) => Promise<void>) | null = null;
  #loginFailure: Error | null = null;
  /** What the session is at, for its errors. */
  layer: Layer = 'greeting';

  private constructor(socket: Socket, peer: Peer, limits: LinkLimits, smtp: SMTPConnection) {
    this.#socket = socket;
    this.peer = peer;
    this.#limits = limits;
    this.#smtp = smtp;
    smtp.on('error', (error: LibraryError) => this.fail(this.#explain(error)));
    smtp.on('end', () => this.fail(this.#ending()));
    socket.once('close', () => this.fail(cutError(peer.host, peer.port, this.layer)));
  }

  /** TCP, and TLS where it comes first; nothing has been said yet. */
  static async open(
    { server, observe }: { server: OutgoingServer; observe: StepObserver | undefined },
    name: string | undefined,
    limits: LinkLimits,
    signal: AbortSignal,
  ): Promise<SmtpLink> {
    const peer = { host: server.host, port: server.port };
    // With STARTTLS nodemailer does the handshake: the session judges the certificate before it says a secret.
    const tls =
      server.security === 'starttls' ? await tlsOptions(server.tls, server.host) : undefined;
    const timeoutMs = limits.connectMs;
    const atOnce = server.security === 'tls' ? server.tls : null;
    const socket = await connect({ ...peer, timeoutMs, signal, tls: atOnce, observe });
    const later = 2 * limits.connectMs;
    const smtp = new SMTPConnection({
      ...peer,
      connection: socket,
      secure: server.security === 'tls',
      secured: server.security === 'tls',
      requireTLS: server.security === 'starttls',
      ignoreTLS: server.security === 'none',
      // Ours strikes first, and says more.
      connectionTimeout: later,
      greetingTimeout: later,
      socketTimeout: limits.answerMs,
      logger: false,
      ...(name === undefined ? {} : { name }),
      ...(tls === undefined ? {} : { tls: { ...tls, rejectUnauthorized: false } }),
      customAuth: { [chosenByUs]: (context) => link.#logIn((line) => said(context, line)) },
    });
    const link: SmtpLink = new SmtpLink(socket, peer, limits, smtp);
    link.#onGreeting((text) => {
      link.layer = server.security === 'starttls' ? 'tls' : 'capabilities';
      observe?.({ layer: 'greeting', text });
    });
    return link;
  }

  /** The encrypted socket, or null. */
  get tls(): TLSSocket | null {
    const socket = this.#smtp._socket;
    return socket instanceof TLSSocket ? socket : null;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get isBroken(): boolean {
    return this.#broken !== null;
  }

  /** Greeting, EHLO and STARTTLS; resolves with the answer to the last EHLO or HELO. */
  async greet(): Promise<string> {
    await this.#until((settle) => this.#smtp.connect(settle));
    return this.#smtp.lastServerResponse || '';
  }

  /** The first line of a greeting that bids welcome (RFC 5321 3.1). nodemailer itself keeps the last reply alone. */
  #onGreeting(tell: (text: string) => void): void {
    // Prepended, since to add a listener for data would start the flow before nodemailer listens.
    this.#socket.prependOnceListener('data', (first: Buffer) => {
      const line = /^220[ -](.*)/.exec(first.toString('utf8'))?.[1];
      if (line !== undefined) tell(printable(line.trimEnd()));
    });
  }

  /** One command by itself, resolved with its whole reply whatever that says. */
  async command(line: string): Promise<string> {
    const inner = this.#smtp as unknown as Inner;
    return await this.#until((settle) => {
      inner._responseActions.push((reply) => {
        settle(null, reply);
      });
      inner._sendCommand(line);
    });
  }

  /** Runs one SASL exchange in our own hands; what it throws comes out here. */
  async logIn(authenticate: (say: Say) => Promise<void>): Promise<void> {
    this.#authenticate = authenticate;
    const auth = { method: chosenByUs, user: 'unused', pass: 'unused' };
    await this.#until((settle) => this.#smtp.login(auth, settle));
    if (this.#loginFailure !== null) throw this.#loginFailure;
  }

  /** nodemailer adds the server's reply to whatever it is given as an error, so it is given none. */
  async #logIn(say: Say): Promise<void> {
    try {
      await this.#authenticate?.(say);
    } catch (error) {
      this.#loginFailure = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** From MAIL FROM to the reply after the final dot; never throws. */
  async deliver(envelope: Envelope, body: Readable): Promise<Delivery> {
    body.once('end', () => this.#idle(this.#limits.finalMs));
    try {
      return await this.#until<Delivery>((settle) => {
        this.#smtp.send(envelope, body, (error: LibraryError | null, info) => {
          if (error === null) settle(null, { kind: 'taken', reply: info.response });
          else if (isReply(error)) settle(null, { kind: 'refused', error });
          else settle(error);
        });
      });
    } catch (reason) {
      return { kind: 'broken', reason: reason as Error };
    } finally {
      this.#idle(this.#limits.answerMs);
    }
  }

  /** RSET (RFC 5321 4.1.1.5). */
  async reset(): Promise<void> {
    await this.#until((settle) => this.#smtp.reset(settle));
  }

  /** QUIT, waited for a little while; never throws. */
  async quit(): Promise<void> {
    if (this.#broken === null) {
      const ended = new Promise<void>((resolve) => this.#smtp.once('end', resolve));
      this.#smtp.quit();
      await withinMs(ended, this.#limits.quitMs);
    }
    this.fail(new Error('closed'));
  }

  /** Drops the connection; what waits for it, now or later, is told this reason. */
  fail(reason: Error): void {
    if (this.#broken === null) {
      this.#broken = reason;
      this.#smtp.close();
      // Under TLS the outer socket alone: Node may crash when the one below it goes first.
      (this.tls ?? this.#socket).destroy();
    }
    this.#reject?.(this.#broken);
    this.#reject = null;
  }

  #idle(ms: number): void {
    const socket = this.#smtp._socket;
    if (socket) socket.setTimeout(ms);
  }

  /** Waits for nodemailer's callback, or for the end of the connection; any error of nodemailer's is such an end. */
  #until<T>(start: (settle: Settle<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      if (this.#broken !== null) return this.fail(this.#broken);
      start((error, value) => {
        if (error !== null && error !== undefined) return this.fail(this.#explain(error));
        this.#reject = null;
        resolve(value as T);
      });
    });
  }

  #explain(error: LibraryError): Error {
    return brokenBy(error, this.peer, this.layer, this.#limits.answerMs);
  }

  /** nodemailer ends a session after 421 (RFC 5321 3.8) without an error of its own. */
  #ending(): Error {
    const last = this.#smtp.lastServerResponse || '';
    if (codeOf(last) === 421) return turnedAway(last, this.peer, this.layer);
    return cutError(this.peer.host, this.peer.port, this.layer);
  }
}

/** A server's word on one message or its recipients. */
function isReply(error: LibraryError): boolean {
  const speaksOfMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  return speaksOfMessage && error.responseCode !== undefined;
}

async function said(
  context: { sendCommand(line: string): Promise<{ readonly response: string }> },
  line: string,
): Promise<string> {
  return (await context.sendCommand(line)).response;
}

async function withinMs(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
