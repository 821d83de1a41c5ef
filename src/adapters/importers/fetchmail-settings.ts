/** The statements of a fetchmailrc: what is said of a server, and of each of its users. */

import type { Draft } from './draft.ts';
import { WordReader, readWords, type Word } from './fetchmail-words.ts';

/** Keyword to what was said; `true` and `false` for switches. */
export type Settings = Map<string, { readonly value: string | boolean; readonly line: number }>;

export interface Server {
  readonly word: Word;
  readonly skipped: boolean;
  readonly server: Settings;
  readonly users: readonly { readonly word: Word | undefined; readonly settings: Settings }[];
}

const synonyms: Readonly<Record<string, string>> = {
  protocol: 'proto', service: 'port', username: 'user', pass: 'password', to: 'is', smtp: 'smtphost', auth: 'auth', authenticate: 'auth', authentication: 'auth', folder: 'folder', localfolder: 'folder',
}; // prettier-ignore

/** Of the server as a whole. */
const serverWords = new Set(
  'proto port via aka auth timeout interval envelope qvirtual localdomains interface monitor principal esmtpname esmtppassword plugin plugout tracepolls bad-header uidl checkalias dns'.split(
    ' ',
  ),
);

/** Words that take no value. */
const switches = new Set(
  'ssl sslcertck keep flush fetchall rewrite stripcr forcecr pass8bits mimedecode dropstatus dropdelivered idle norewrite uidl checkalias dns tracepolls'.split(
    ' ',
  ),
);

/** Words that take one. */
const valued = new Set(
  (
    'password folder smtphost fetchdomains smtpaddress smtpname antispam mda bsmtp preconnect postconnect limit warnings ' +
    'fetchlimit fetchsizelimit batchlimit expunge properties sslproto sslcertfile sslcertpath sslfingerprint ' +
    'sslcommonname sslcert sslkey is lmtp oauth2 passwordfile passwordfd moveto'
  ).split(' '),
);

const isServerWord = new Set(['poll', 'server', 'skip', 'defaults']);

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
    else if (start === 'defaults')
      for (const [key, value] of readServer(reader, word, false, draft).server)
        defaults.set(key, value);
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

function readGlobal(reader: WordReader, { line }: Word, draft: Draft): number | undefined {
  const name = reader.next().text.toLowerCase();
  const isSwitch = /^(?:no|syslog|invisible|showdots|bouncemail|spambounce|softbounce)/.test(name);
  const value = isSwitch ? '' : reader.next().text;
  if (name === 'daemon' && /^\d{1,7}$/.test(value) && Number(value) > 0) return Number(value);
  if (name !== 'daemon')
    draft.leave(line, `set ${name}`.slice(0, 40), 'posthorn has nothing like it');
  return undefined;
}

/** In `defaults`, what belongs to users goes to the same place. */
function readServer(reader: WordReader, word: Word, skipped: boolean, draft: Draft): Server {
  const server: Settings = new Map();
  const users: { word: Word | undefined; settings: Settings }[] = [];
  let open: Settings | undefined;
  while (
    !reader.isAtEnd &&
    !(
      reader.keyword !== undefined &&
      (isServerWord.has(reader.keyword) || reader.keyword === 'set')
    )
  ) {
    const said = reader.keyword;
    const key = said === undefined ? undefined : (synonyms[said] ?? said);
    const at = reader.next();
    if (key === 'user') {
      open = new Map();
      users.push({ word: reader.next(), settings: open });
    } else
      readSetting(
        key,
        at,
        reader,
        key !== undefined && serverWords.has(key) ? server : (open ?? server),
        draft,
      );
  }
  return { word, skipped, server, users };
}

function readSetting(
  key: string | undefined,
  at: Word,
  reader: WordReader,
  into: Settings,
  draft: Draft,
): void {
  const { line } = at;
  if (key === 'no') {
    const name = reader.next().text.toLowerCase();
    into.set(name, { value: false, line });
  } else if (key !== undefined && switches.has(key)) into.set(key, { value: true, line });
  else if (key?.startsWith('no') === true && switches.has(key.slice(2)))
    into.set(key.slice(2), { value: false, line });
  else if (key !== undefined && (valued.has(key) || serverWords.has(key)))
    into.set(key, { value: reader.next().text, line });
  else if (!into.has('is')) draft.leave(line, 'this word', 'it is no keyword that posthorn knows');
}
