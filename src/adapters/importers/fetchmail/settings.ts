/** The statements of a fetchmailrc: what is said of a server, and of each of its users. */

import type { Draft } from '../draft.ts';
import {
  canonical,
  isKeyword,
  isList,
  isOfServer,
  isSwitch,
  isValue,
  negated,
} from './keywords.ts';
import { WordReader, readWords, type Word } from './words.ts';

/** Keyword to what was said; `true` and `false` for switches. */
export type Settings = Map<string, { readonly value: string | boolean; readonly line: number }>;

export interface Person {
  readonly name: string | undefined;
  readonly settings: Settings;
}

export interface Server {
  readonly word: Word;
  readonly skipped: boolean;
  readonly server: Settings;
  readonly users: readonly Person[];
}

/** What `defaults` says of servers and of users, and the servers. */
export interface Statements {
  readonly defaults: Settings;
  readonly servers: readonly Server[];
  /** Seconds between two polls: `set daemon`. */
  readonly daemon: number | undefined;
}

export function readStatements(text: string, draft: Draft): Statements {
  const reader = new WordReader(readWords(text));
  const defaults: Settings = new Map();
  const servers: Server[] = [];
  let daemon: number | undefined;
  while (!reader.isAtEnd) {
    const start = reader.keyword;
    const word = reader.next();
    if (start === 'set') daemon = readGlobal(reader, word, draft) ?? daemon;
    else if (start === 'defaults') readDefaults(readServer(reader, word, false, draft), defaults);
    else if (start === 'poll' || start === 'server' || start === 'skip')
      servers.push(readServer(reader, reader.next(), start === 'skip', draft));
    else
      draft.leave(
        word.line,
        'this word',
        'it stands outside of `poll`, `skip`, `defaults` and `set`',
      );
  }
  return { defaults, servers, daemon };
}

/** In `defaults`, what belongs to a user is said of every one. */
function readDefaults({ word, server, users }: Server, into: Settings): void {
  for (const [key, value] of server) into.set(key, value);
  for (const { name, settings } of users) {
    if (name !== undefined) into.set('user', { value: name, line: word.line });
    for (const [key, value] of settings) into.set(key, value);
  }
}

const globalSwitches = /^(?:syslog|invisible|showdots|bouncemail|spambounce|softbounce)$/;

const globalReasons: Readonly<Record<string, string>> = {
  postmaster: 'posthorn delivers to the folder of the account alone',
  logfile: 'see posthorn daemon',
  syslog: 'see posthorn daemon',
  pidfile: 'posthorn keeps one of its own',
  idfile: 'posthorn keeps its own state; what was fetched by fetchmail is not known to it',
  bouncemail: 'posthorn sends no bounces',
  spambounce: 'posthorn sends no bounces',
  softbounce: 'posthorn sends no bounces',
};

function readGlobal(reader: WordReader, { line }: Word, draft: Draft): number | undefined {
  const negates = reader.took('no');
  const name = reader.next().text.toLowerCase();
  const value = negates || globalSwitches.test(name) ? '' : reader.next().text;
  if (name === 'daemon' && /^\d{1,7}$/.test(value) && Number(value) > 0) return Number(value);
  const what = `set ${negates ? 'no ' : ''}${name}`.slice(0, 40);
  if (name !== 'daemon')
    draft.leave(line, what, globalReasons[name] ?? 'posthorn has nothing like it');
  return undefined;
}

const openers = ['poll', 'server', 'skip', 'defaults', 'set'];

function readServer(reader: WordReader, word: Word, skipped: boolean, draft: Draft): Server {
  const server: Settings = new Map();
  const users: { name: string | undefined; settings: Settings }[] = [];
  while (!reader.isAtEnd && !openers.includes(reader.keyword ?? '')) {
    const said = reader.keyword;
    const at = reader.next();
    const user = users.at(-1);
    if (said !== undefined && canonical(said) === 'user') users.push(readUser(reader));
    else if (said !== 'here' && said !== 'there')
      readSetting(said, at, reader, { server, user: user?.settings ?? server }, draft);
    if (user !== undefined) turnRound(user, reader);
  }
  return { word, skipped, server, users };
}

/** `user REMOTE there is LOCAL here`, or the other way round: `user LOCAL here is REMOTE there`. */
function readUser(reader: WordReader): { name: string | undefined; settings: Settings } {
  const { text, line } = reader.next();
  const settings: Settings = new Map();
  if (!reader.took('here')) return { name: text, settings };
  settings.set('is', { value: text, line });
  return { name: undefined, settings };
}

/** The remote name that follows a local one. */
function turnRound(
  user: { name: string | undefined; settings: Settings },
  reader: WordReader,
): void {
  if (user.name !== undefined || !reader.took('there')) return;
  const said = user.settings.get('is')?.value;
  if (typeof said === 'string') user.name = said;
}

interface Into {
  readonly server: Settings;
  readonly user: Settings;
}

function readSetting(
  said: string | undefined,
  { line }: Word,
  reader: WordReader,
  { server, user }: Into,
  draft: Draft,
): void {
  const key = canonical(said ?? '');
  const put = (name: string, value: string | boolean): void =>
    void (isOfServer(name) ? server : user).set(name, { value, line });
  const opposite = negated(key);
  if (key === 'no') put(canonical(reader.next().text.toLowerCase()), false);
  else if (said === undefined) draft.leave(line, 'this text', 'no keyword stands before it');
  else if (isSwitch(key)) put(key, true);
  else if (opposite !== undefined) put(opposite, false);
  else if (isList(key)) put(key, listOf(reader));
  else if (isValue(key)) put(key, valueOf(key, reader));
  else draft.leave(line, 'this word', 'it is no keyword that posthorn knows');
}

function listOf(reader: WordReader): string {
  const words = [reader.next().text];
  while (!reader.isAtEnd && (reader.keyword === undefined || !isKeyword(canonical(reader.keyword))))
    words.push(reader.next().text);
  return words.join(' ');
}

/** `envelope` may have a number before its header. */
function valueOf(key: string, reader: WordReader): string {
  const value = reader.next().text;
  return key === 'envelope' && /^\d+$/.test(value) ? reader.next().text : value;
}
