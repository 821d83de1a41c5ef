/** A tiny SMTP client of the tests' own (RFC 5321): for putting mail on a server without the program under test. */
import type { ConnectionOptions } from 'node:tls';
import { Dialogue } from './dialogue.ts';
import type { DialogueOptions } from './dialogue.ts';

export interface SmtpReply {
  code: number;
  lines: string[];
}

/** Every line that begins with a dot gets another one, and the end is marked (RFC 5321, section 4.5.2). */
function stuffed(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replace(/^\./, '..').replaceAll('\r\n.', '\r\n..');
  return Buffer.from(`${text}${text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}

export class RawSmtp {
  readonly dialogue: Dialogue;

  private constructor(dialogue: Dialogue) {
    this.dialogue = dialogue;
  }

  static async open(options: DialogueOptions): Promise<RawSmtp> {
    const client = new RawSmtp(await Dialogue.open(options));
    await client.reply(220);
    return client;
  }

  /** The next reply, which has to have the code `expected` if one is given. */
  async reply(expected?: number): Promise<SmtpReply> {
    const lines: string[] = [];
    do lines.push(await this.dialogue.readLine());
    while (lines.at(-1)?.[3] === '-');
    const code = Number(lines[0]?.slice(0, 3));
    if (expected !== undefined && code !== expected) throw new Error(lines.join(' / '));
    return { code, lines: lines.map((line) => line.slice(4)) };
  }

  async ask(line: string, expected?: number): Promise<SmtpReply> {
    this.dialogue.write(`${line}\r\n`);
    return this.reply(expected);
  }

  async startTls(options: ConnectionOptions): Promise<void> {
    await this.ask('STARTTLS', 220);
    await this.dialogue.startTls(options);
  }

  /** AUTH PLAIN (RFC 4616). */
  async login(user: string, password: string): Promise<void> {
    const response = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await this.ask(`AUTH PLAIN ${response}`, 235);
  }

  async send(from: string, to: readonly string[], raw: Buffer): Promise<void> {
    await this.ask(`MAIL FROM:<${from}>`, 250);
    for (const address of to) await this.ask(`RCPT TO:<${address}>`, 250);
    await this.ask('DATA', 354);
    this.dialogue.write(stuffed(raw));
    await this.reply(250);
  }

  async close(): Promise<void> {
    await this.ask('QUIT').catch(() => undefined);
    this.dialogue.close();
  }
}
