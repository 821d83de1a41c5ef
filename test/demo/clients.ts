/** Clients for the tests of the demo's servers: imapflow, and a bare socket that says what it is told. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { eventOf } from '../../src/demo/connection.ts';
import { Mailbox, type DemoUser } from '../../src/demo/mail/mailbox.ts';

export function userWith(...messages: readonly (string | Buffer)[]): DemoUser {
  const mailbox = new Mailbox();
  for (const raw of messages) mailbox.inbox.append({ raw: Buffer.from(raw) });
  return { name: 'mara', password: 'geheim', addresses: ['mara@brunnen.example'], mailbox };
}

export async function imapClient(
  port: number,
  user: DemoUser,
  options: Partial<ImapFlowOptions> = {},
): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    logger: false,
    auth: { user: user.name, pass: user.password },
    ...options,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A socket whose answers are read up to a text that ends them. */
export class Talker {
  readonly socket: Socket;
  #pending = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
  }

  static async connect(port: number): Promise<Talker> {
    const socket = connect(port, '127.0.0.1');
    const talker = new Talker(socket);
    await once(socket, 'connect');
    return talker;
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** What arrives until `end` is met, that included; rejects where the server closes before. */
  async until(end: string): Promise<Buffer> {
    for (;;) {
      const at = this.#pending.indexOf(end);
      if (at >= 0) return this.#take(at + Buffer.byteLength(end));
      const more = await this.#more();
      if (more === undefined)
        throw new Error(`closed after ${JSON.stringify(String(this.#pending))}`);
      this.#pending = Buffer.concat([this.#pending, more]);
    }
  }

  async ask(text: string, end = '\r\n'): Promise<string> {
    this.send(text);
    return String(await this.until(end));
  }

  /** All that still comes until the server closes. */
  async rest(): Promise<Buffer> {
    for (let more = await this.#more(); more !== undefined; more = await this.#more()) {
      this.#pending = Buffer.concat([this.#pending, more]);
    }
    return this.#take(this.#pending.length);
  }

  close(): void {
    this.socket.destroy();
  }

  #take(count: number): Buffer {
    const taken = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(count);
    return taken;
  }

  async #more(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.socket.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.socket.destroyed || this.socket.readableEnded) return undefined;
      await eventOf(this.socket, ['readable', 'end', 'close']);
    }
  }
}

/** A certificate for localhost that signs itself, from the openssl command. */
export function certificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
  ];
  const subject = [
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  ];
  try {
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
