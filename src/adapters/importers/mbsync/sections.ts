/** The lines of an mbsyncrc as sections: a keyword that opens one, keys and values, an empty line that ends it. */

import type { Draft } from '../draft.ts';

export interface Line {
  /** Lower case, for comparing. */
  readonly key: string;
  /** As it was written. */
  readonly word: string;
  /** The first argument; a password command keeps its `+`. */
  readonly value: string;
  readonly words: readonly string[];
  readonly line: number;
}

const kinds = ['imapaccount', 'imapstore', 'maildirstore', 'channel', 'group'] as const;

export class Section {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  /** What follows the name: the channels of a Group. */
  readonly words: readonly string[];
  readonly line: number;
  readonly entries: Line[] = [];
  /** Every section of the file, this one too. */
  readonly siblings: readonly Section[];

  constructor(kind: (typeof kinds)[number], { words, line }: Line, siblings: readonly Section[]) {
    [this.kind, this.name, this.words, this.line] = [kind, words[0] ?? '', words.slice(1), line];
    this.siblings = siblings;
  }

  entry(key: string): Line | undefined {
    return this.entries.find((each) => each.key === key);
  }

  value(key: string): string | undefined {
    return this.entry(key)?.value;
  }

  /** Whether the key says how to connect, in an account or a store that stands for one. */
  isConnection(key: string): boolean {
    return (
      this.kind === 'imapaccount' ||
      (this.value('account') === undefined && connectionKeys.has(key))
    );
  }
}

/** Keys of an IMAPAccount, which an IMAPStore without `Account` may have too. */
export const connectionKeys = new Set(
  (
    'host port user usercmd pass passcmd tunnel authmechs authmech tlstype ssltype sslversion sslversions tlsversions ' +
    'certificatefile clientcertificate clientkey systemcertificates cipherstring timeout pipelinedepth ' +
    'disableextension disableextensions useimaps usetlsv1 usesslv2 usesslv3 requiressl requirecram usekeychain'
  ).split(' '),
);

/** `globals`: keys before and between the sections, which hold for every channel. */
export interface Sections {
  readonly sections: readonly Section[];
  readonly globals: readonly Line[];
}

/** `isGlobal`: whether a key outside of every section is wanted; others are left over. */
export function readSections(
  text: string,
  draft: Draft,
  isGlobal: (key: string) => boolean,
): Sections {
  const sections: Section[] = [];
  const globals: Line[] = [];
  let open: Section | undefined;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    if (raw.trim() === '') open = undefined;
    const line = lineOf(raw, at + 1);
    if (line === undefined) continue;
    const kind = kinds.find((each) => each === line.key);
    if (kind !== undefined && !(kind === 'channel' && open?.kind === 'group')) {
      open = new Section(kind, line, sections);
      sections.push(open);
    } else if (open !== undefined) open.entries.push(line);
    else if (isGlobal(line.key)) globals.push(line);
    else
      draft.leave(
        line.line,
        line.word,
        'it stands outside of every section; posthorn has nothing like it',
      );
  }
  return { sections, globals };
}

export const farKeys = ['far', 'master'] as const;
export const nearKeys = ['near', 'slave'] as const;

export interface End {
  readonly name: string;
  readonly box: string;
}

/** `:store:mailbox`, with or without a mailbox. */
export function endOf(text: string | undefined): End | undefined {
  const [, name, box = ''] = /^:([^:]+):(.*)/.exec(text ?? '') ?? [];
  return name === undefined ? undefined : { name, box };
}

/** The end of the channel that is one of these stores, whatever the file calls it. */
export function farEnd(channel: Section, stores: ReadonlyMap<string, unknown>): End | undefined {
  const ends = [...farKeys, ...nearKeys].flatMap((key) => endOf(channel.value(key)) ?? []);
  return ends.find(({ name }) => stores.has(name));
}

/** Undefined for an empty line and a comment. */
function lineOf(raw: string, line: number): Line | undefined {
  const [word = '', ...words] = wordsOf(raw);
  if (word === '') return undefined;
  return { key: word.toLowerCase(), word, value: words[0] ?? '', words, line };
}

/** Words; quotes hold them together, a backslash takes the next sign as it stands, `#` begins a comment. */
function wordsOf(raw: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const sign = raw[at] ?? '';
    if (sign === '\\' && at + 1 < raw.length) {
      at += 1;
      word = (word ?? '') + (raw[at] ?? '');
    } else if (sign === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (!quoted && /\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (!quoted && sign === '#' && word === undefined) break;
    else word = (word ?? '') + sign;
  }
  return word === undefined ? words : [...words, word];
}
