/** A small mail server that keeps to the words of IMAP, and to nothing of its spelling: blanks, tabs, cases, missing codes. */

import { flagsToImap, type Flag } from '../../../src/core/sync/flags.ts';
import { decodeMailboxName, encodeMailboxName } from '../../../src/wire/mailbox-name.ts';
import { formatDateTime } from '../../../src/adapters/imap/dates.ts';
import { scriptedServer, type ScriptedServer } from './scripted-server.ts';

interface OddMessage {
  uid: number;
  octets: Buffer;
  internalDate: number;
  flags: Set<string>;
}

interface OddFolder {
  uidNext: number;
  messages: OddMessage[];
}

export class OddMailbox {
  readonly folders = new Map<string, OddFolder>([['INBOX', { uidNext: 1, messages: [] }]]);

  create(name: string): void {
    this.folders.set(name, { uidNext: 1, messages: [] });
  }

  folder(name: string): OddFolder {
    const found = this.folders.get(name);
    if (found === undefined) throw new Error(`there is no folder ${name}`);
    return found;
  }

  add(name: string, octets: Buffer, internalDate: number, flags: readonly string[] = []): number {
    const folder = this.folder(name);
    const uid = folder.uidNext++;
    folder.messages.push({ uid, octets, internalDate, flags: new Set(flags) });
    return uid;
  }

  remove(name: string, uid: number): void {
    const folder = this.folder(name);
    folder.messages = folder.messages.filter((message) => message.uid !== uid);
  }

  flag(name: string, uid: number, flag: Flag): void {
    const message = this.folder(name).messages.find((each) => each.uid === uid);
    for (const each of flagsToImap([flag])) message?.flags.add(each);
  }
}

/** What stands between the words of an APPEND and the end of its literal. */
interface Appending {
  tag: string;
  head: string;
  size: number;
  octets: string;
}

export async function startOddServer(mailbox: OddMailbox): Promise<ScriptedServer> {
  let open = '';
  let appending: Appending | undefined;
  return await scriptedServer(({ text, tag, raw }) => {
    if (appending !== undefined) {
      appending.octets += `${appending.octets === '' ? '' : '\r\n'}${raw}`;
      if (appending.octets.length < appending.size) return '';
      const answer = `${appending.tag}  ${append(mailbox, appending)}\r\n`;
      appending = undefined;
      return answer;
    }
    const literal = /^APPEND (.*) \{(\d+)\}$/.exec(text);
    if (literal !== null) {
      appending = { tag, head: literal[1] ?? '', size: Number(literal[2]), octets: '' };
      return '+\r\n';
    }
    const opened = /^EXAMINE (.*)$/.exec(text);
    if (opened !== null && mailbox.folders.has(nameIn(opened[1]))) open = nameIn(opened[1]);
    const answer = answerOf(mailbox, open, text);
    if (answer === undefined) return undefined;
    const lines = answer.map((line) => Buffer.concat([bytes(line), Buffer.from('\r\n')]));
    return Buffer.concat([...lines.slice(0, -1), Buffer.from(`${tag}  `), ...lines.slice(-1)]);
  });
}

type Answer = (string | Buffer)[] | undefined;

function bytes(line: string | Buffer): Buffer {
  return Buffer.isBuffer(line) ? line : Buffer.from(line, 'latin1');
}

/** Untagged lines, then the tagged one without its tag. */
function answerOf(mailbox: OddMailbox, open: string, text: string): Answer {
  const [command = '', ...rest] = text.split(' ');
  switch (command) {
    case 'LIST':
      return [...[...mailbox.folders.keys()].map(listLine), 'Ok  here they are'];
    case 'STATUS':
      return statusAnswer(mailbox, nameIn(rest.join(' ')));
    case 'EXAMINE':
      return examineAnswer(mailbox, nameIn(rest.join(' ')));
    case 'CREATE':
      return createAnswer(mailbox, nameIn(rest.join(' ')));
    case 'SUBSCRIBE':
    case 'NOOP':
      return ['OK'];
    case 'UID':
      return uidAnswer(mailbox.folder(open), rest);
    default:
      return undefined;
  }
}

function nameIn(text = ''): string {
  const wire = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.split(' ')[0] ?? '';
  return decodeMailboxName(Buffer.from(wire.replaceAll(/\\(.)/g, '$1'), 'latin1').toString());
}

function listLine(name: string): string {
  return `*  list  ( \\HasNoChildren \\ )\t"/"\t${encodeMailboxName(name)}`;
}

function statusAnswer(mailbox: OddMailbox, name: string): Answer {
  const folder = mailbox.folders.get(name);
  if (folder === undefined) return ['NO  no such folder'];
  const { uidNext, messages } = folder;
  return [`* status x ( messages ${messages.length}  uidnext ${uidNext} uidvalidity 7 )`, 'OK'];
}

/** UIDNEXT and UIDVALIDITY are told by STATUS alone. */
function examineAnswer(mailbox: OddMailbox, name: string): Answer {
  const folder = mailbox.folders.get(name);
  if (folder === undefined) return ['NO  no such folder'];
  const flags = '* FLAGS (\\Seen a"b (x)';
  return [`*   ${folder.messages.length}  exists`, flags, 'OK   [READ-ONLY'];
}

function createAnswer(mailbox: OddMailbox, name: string): Answer {
  if (mailbox.folders.has(name)) return ['NO  [ALREADYEXISTS]  it is'];
  mailbox.create(name);
  return ['OK'];
}

function uidAnswer(folder: OddFolder, [command = '', ...rest]: readonly string[]): Answer {
  const set = (command === 'FETCH' ? rest[0] : rest[1]) ?? '';
  const last = folder.messages.at(-1)?.uid ?? 0;
  const asked = folder.messages.filter(({ uid }) => within(set, uid, last));
  if (command === 'SEARCH') {
    const id = /HEADER Message-ID "([^"]*)"/.exec(rest.join(' '))?.[1];
    const found = asked.filter(({ octets }) => id === undefined || octets.includes(id));
    return [`*  SEARCH  ${found.map(({ uid }) => uid).join('  ')} `, 'OK'];
  }
  const withBody = rest.join(' ').includes('BODY');
  return [...asked.map((message) => fetchLine(message, withBody)), 'OK  done'];
}

function within(set: string, uid: number, last: number): boolean {
  return set.split(',').some((part) => {
    const ends = part.split(':').map((end) => (end === '*' ? last : Number(end)));
    return uid >= Math.min(...ends) && uid <= Math.max(...ends);
  });
}

function fetchLine({ uid, octets, internalDate, flags }: OddMessage, withBody: boolean): Buffer {
  const facts = [
    `flags  ( ${[...flags].join('  ')} )  rfc822.size ${octets.length}`,
    `internaldate "${formatDateTime(internalDate)}"  uid ${uid}`,
  ].join(' ');
  const body = withBody
    ? [Buffer.from(`  body[]  {${octets.length}}\r\n`), octets]
    : [Buffer.alloc(0)];
  return Buffer.concat([Buffer.from(`*  ${uid}  fetch  ( ${facts}`), ...body, Buffer.from(' )')]);
}

function append(mailbox: OddMailbox, { head, size, octets }: Appending): string {
  const name = nameIn(head);
  if (!mailbox.folders.has(name)) return 'NO  no such folder';
  const flags = /\(([^)]*)\)/.exec(head)?.[1]?.split(' ') ?? [];
  const date = /"([^"]*)"$/.exec(head)?.[1] ?? '';
  const at = new Date(date.replace(/^ ?(\d+)-(\w+)-/, '$1 $2 ')).getTime();
  mailbox.add(name, Buffer.from(octets.slice(0, size), 'latin1'), at, flags);
  return 'OK';
}
