/** A tiny IMAP client of the tests' own (RFC 9051): what it reads is the independent truth about a server. */
import { Dialogue } from './dialogue.ts';
import type { DialogueOptions } from './dialogue.ts';

/** One response; each literal stands in `text` as its announcement `{n}` and in `literals` by its octets. */
export interface ImapResponse {
  text: string;
  literals: Buffer[];
}

export interface ServerMessage {
  uid: number;
  /** As the server writes them, sorted, without \Recent. */
  flags: string[];
  internalDate: Date;
  /** RFC822.SIZE. */
  size: number;
  /** The octets of BODY.PEEK[]. */
  raw: Buffer;
}

export interface FolderStatus {
  uidValidity: number;
  uidNext: number;
  exists: number;
}

export interface AppendOptions {
  flags?: readonly string[];
  date?: Date;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** A folder name as a quoted string in modified UTF-7 (RFC 3501, section 5.1.3). */
export function encodeFolder(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (part) => {
    if (part === '&') return '&-';
    const utf16 = Buffer.from(part, 'utf16le').swap16();
    return `&${utf16.toString('base64').replaceAll('/', ',').replace(/=+$/, '')}-`;
  });
}

export function decodeFolder(name: string): string {
  return name.replace(/&([^-]*)-/g, (_, part: string) => {
    if (part === '') return '&';
    return Buffer.from(part.replaceAll(',', '/'), 'base64').swap16().toString('utf16le');
  });
}

/** date-time of RFC 9051 in UTC. */
function imapDate(date: Date): string {
  const [, day = '', month, year, time] = date.toUTCString().split(' ');
  return `"${day}-${month}-${year} ${time} +0000"`;
}

function parseMessage({ text, literals }: ImapResponse): ServerMessage {
  const part = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`unexpected FETCH response: ${text}`);
    return found;
  };
  const flags = part(/FLAGS \(([^)]*)\)/).split(' ');
  return {
    uid: Number(part(/UID (\d+)/)),
    flags: flags.filter((flag) => flag !== '' && flag !== '\\Recent').sort(),
    internalDate: new Date(part(/INTERNALDATE "([^"]*)"/).replace(/^ ?(\d+)-(\w+)-/, '$1 $2 ')),
    size: Number(part(/RFC822\.SIZE (\d+)/)),
    raw: literals[0] ?? Buffer.alloc(0),
  };
}

export class RawImap {
  readonly dialogue: Dialogue;
  #tag = 0;

  private constructor(dialogue: Dialogue) {
    this.dialogue = dialogue;
  }

  /** Connects and reads the greeting. */
  static async open(options: DialogueOptions): Promise<RawImap> {
    const client = new RawImap(await Dialogue.open(options));
    const greeting = await client.readResponse();
    if (!greeting.text.startsWith('* OK')) throw new Error(`greeted with ${greeting.text}`);
    return client;
  }

  async login(user: string, password: string): Promise<void> {
    await this.command(`LOGIN ${quoted(user)} ${quoted(password)}`);
  }

  /** Untagged responses of a command that succeeds, its tagged OK last; NO and BAD throw. */
  async command(text: string): Promise<ImapResponse[]> {
    const tag = this.#send(text);
    return this.#until(tag, text);
  }

  async readResponse(): Promise<ImapResponse> {
    const response: ImapResponse = { text: '', literals: [] };
    for (;;) {
      const line = await this.dialogue.readLine();
      response.text += line;
      const literal = /~?\{(\d+)\}$/.exec(line)?.[1];
      if (literal === undefined) return response;
      response.literals.push(await this.dialogue.readBytes(Number(literal)));
    }
  }

  /** SELECT, or EXAMINE where nothing shall be touched. */
  async open(folder: string, how: 'SELECT' | 'EXAMINE' = 'EXAMINE'): Promise<FolderStatus> {
    const responses = await this.command(`${how} ${quoted(encodeFolder(folder))}`);
    const number = (pattern: RegExp): number => {
      const found = responses.map(({ text }) => pattern.exec(text)?.[1]).find(Boolean);
      return Number(found);
    };
    return {
      uidValidity: number(/\[UIDVALIDITY (\d+)\]/),
      uidNext: number(/\[UIDNEXT (\d+)\]/),
      exists: number(/^\* (\d+) EXISTS/),
    };
  }

  /** Every message of the folder, by UID. */
  async messages(folder: string): Promise<ServerMessage[]> {
    const { exists } = await this.open(folder);
    if (exists === 0) return [];
    const items = 'UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]';
    const responses = await this.command(`UID FETCH 1:* (${items})`);
    const fetched = responses.filter(({ text }) => /^\* \d+ FETCH .*BODY\[\]/.test(text));
    return fetched.map(parseMessage).sort((a, b) => a.uid - b.uid);
  }

  async folders(): Promise<{ name: string; flags: string[]; separator: string }[]> {
    const responses = await this.command('LIST "" "*" RETURN (SPECIAL-USE)');
    return responses
      .filter(({ text }) => text.startsWith('* LIST'))
      .map(({ text, literals }) => {
        const found = /^\* LIST \(([^)]*)\) (?:"(.+?)"|NIL) (?:"(.*)"|(\S+))$/.exec(text);
        const [, flags = '', separator = '', quotedName, atom = ''] = found ?? [];
        const name = literals[0]?.toString('latin1') ?? quotedName?.replace(/\\(.)/g, '$1') ?? atom;
        return { name: decodeFolder(name), flags: flags.split(' ').filter(Boolean), separator };
      });
  }

  /** APPEND with a literal (RFC 9051, section 6.3.12); the octets go out as they are. */
  async append(folder: string, raw: Buffer, { flags = [], date }: AppendOptions = {}) {
    const time = date === undefined ? '' : ` ${imapDate(date)}`;
    const head = `APPEND ${quoted(encodeFolder(folder))} (${flags.join(' ')})${time}`;
    const tag = this.#send(`${head} {${raw.length}}`);
    const answer = await this.readResponse();
    if (!answer.text.startsWith('+')) throw new Error(`${head}: ${answer.text}`);
    this.dialogue.write(raw);
    this.dialogue.write('\r\n');
    await this.#until(tag, head);
  }

  /** Waits with IDLE (RFC 2177) until the folder holds `count` messages. */
  async waitFor(folder: string, count: number): Promise<void> {
    let { exists } = await this.open(folder);
    if (exists >= count) return;
    const tag = this.#send('IDLE');
    while (exists < count) {
      const { text } = await this.readResponse();
      exists = Number(/^\* (\d+) EXISTS/.exec(text)?.[1] ?? exists);
    }
    this.dialogue.write('DONE\r\n');
    await this.#until(tag, 'IDLE');
  }

  async close(): Promise<void> {
    await this.command('LOGOUT').catch(() => undefined);
    this.dialogue.close();
  }

  #send(text: string): string {
    const tag = `T${(this.#tag += 1)}`;
    this.dialogue.write(`${tag} ${text}\r\n`);
    return tag;
  }

  async #until(tag: string, what: string): Promise<ImapResponse[]> {
    const responses: ImapResponse[] = [];
    for (;;) {
      const response = await this.readResponse();
      responses.push(response);
      if (!response.text.startsWith(`${tag} `)) continue;
      if (response.text.startsWith(`${tag} OK`)) return responses;
      // A password stands in no message of a test either.
      throw new Error(`${what.split(' ')[0]}: ${response.text.slice(tag.length + 1)}`);
    }
  }
}
