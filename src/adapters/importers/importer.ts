/** The importer port: one pure parser for each kind of file, and what tells the kinds apart. */

import type { Imported, Importer, ImportKind } from '../../ports/accounts/importer.ts';
import type { FormerAccount, FormerPlaces } from '../../ports/accounts/former-state.ts';
import { parseCsv } from './csv.ts';
import { parseFetchmailrc } from './fetchmail/fetchmailrc.ts';
import { parseGetmailrc } from './getmailrc.ts';
import { parseMbsyncrc } from './mbsync/mbsyncrc.ts';
import { formerMbsync } from './mbsync/former-state.ts';
import { formerOfflineimap } from './offlineimap/former-state.ts';
import { parseMsmtprc } from './msmtprc.ts';
import { parseOfflineimaprc } from './offlineimap/offlineimaprc.ts';

const parsers: Readonly<Record<ImportKind, (text: string, fileName: string) => Imported>> = {
  mbsyncrc: parseMbsyncrc,
  offlineimaprc: parseOfflineimaprc,
  getmailrc: parseGetmailrc,
  fetchmailrc: parseFetchmailrc,
  msmtprc: parseMsmtprc,
  csv: parseCsv,
};

const formers: Readonly<
  Partial<Record<ImportKind, (text: string, places: FormerPlaces) => readonly FormerAccount[]>>
> = {
  mbsyncrc: formerMbsync,
  offlineimaprc: formerOfflineimap,
};

export const importer: Importer = {
  kindOf: (fileName, text) => byName(fileName) ?? byContent(text),
  parse: (kind, text, fileName) => parsers[kind](text, fileName),
  former: (kind, text, places) => formers[kind]?.(text, places),
};

const names: readonly (readonly [RegExp, ImportKind])[] = [
  [/(?:mbsync|isync)/i, 'mbsyncrc'],
  [/offlineimap/i, 'offlineimaprc'],
  [/getmail/i, 'getmailrc'],
  [/fetchmail/i, 'fetchmailrc'],
  [/msmtp/i, 'msmtprc'],
  [/\.csv$/i, 'csv'],
];

/** The last part alone: a folder may be called anything. */
function byName(fileName: string): ImportKind | undefined {
  const base = fileName.split('/').at(-1) ?? '';
  return names.find(([pattern]) => pattern.test(base))?.[1];
}

const contents: readonly (readonly [RegExp, ImportKind])[] = [
  [/^\s*\[retriever\]/m, 'getmailrc'],
  [/^\s*\[(?:Account|Repository)\s+[^\]]+\]/m, 'offlineimaprc'],
  [/^\s*(?:IMAPAccount|IMAPStore|MaildirStore)\s/im, 'mbsyncrc'],
  [/^[ \t]*account[ \t]+\S/m, 'msmtprc'],
  [/^[ \t]*(?:poll|skip|server)[ \t]+\S/m, 'fetchmailrc'],
  [/^\uFEFF?(?:[\w-]+[,;\t])*"?address"?(?:[,;\t]|\r?$)/im, 'csv'],
];

function byContent(text: string): ImportKind | undefined {
  return contents.find(([pattern]) => pattern.test(text))?.[1];
}
