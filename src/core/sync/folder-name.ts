/** Turns a server's folder name into a path below the account's root and back: reversible, readable, unable to leave the root. */

import { DataError } from '../../errors.ts';
import type { Layout } from '../account/settings.ts';

/** NAME_MAX of every common file system, in bytes. */
const longestComponent = 255;

/** Directories of a Maildir itself (fs layout), and the marker's name without its dot (maildir++). */
const reserved: Readonly<Record<Layout, readonly string[]>> = {
  fs: ['cur', 'new', 'tmp'],
  'maildir++': ['posthorn'],
};

/** Stands for a segment without characters; a `%` in a name is always `%25`. */
const emptySegment = '%';

/**
 * Path of a folder, relative to the account's root. fs: `Projekte/Straße`; maildir++: `.Projekte.Straße`, and `''` for the
 * inbox. Percent and two hex digits stand for each UTF-8 byte of a character that can't be there. INBOX is one folder in any
 * case of its letters (RFC 9051 5.1). Throws DataError (folder) for a name without segments or too long for a file system.
 */
export function localPath(segments: readonly string[], layout: Layout): string {
  const [first, ...rest] = segments;
  if (first === undefined) throw new DataError('a folder has no name', { reach: 'folder' });
  const names = [isInbox(first) ? 'INBOX' : first, ...rest];
  return layout === 'fs' ? nestedPath(names) : flatPath(names);
}

/**
 * The segments that `localPath` made this path of (INBOX in capitals); null for a path that it never makes, such as a folder
 * that another program named.
 */
export function remoteSegments(path: string, layout: Layout): string[] | null {
  const segments = split(path, layout).map(unescape);
  try {
    return localPath(segments, layout) === path ? segments : null;
  } catch {
    return null;
  }
}

function isInbox(segment: string): boolean {
  return /^inbox$/i.test(segment);
}

function nestedPath(segments: readonly string[]): string {
  return segments
    .map((segment) => checkLength(escapeReserved(escape(segment, 'fs'), 'fs')))
    .join('/');
}

/** Maildir++ keeps all folders beside each other, so the whole name is one component. */
function flatPath(segments: readonly string[]): string {
  if (segments.length === 1 && segments[0] === 'INBOX') return '';
  const name = segments.map((segment) => escape(segment, 'maildir++')).join('.');
  return checkLength(`.${escapeReserved(name, 'maildir++')}`);
}

function split(path: string, layout: Layout): string[] {
  if (layout === 'fs') return path.split('/');
  return path === '' ? ['INBOX'] : path.slice(1).split('.');
}

function escape(segment: string, layout: Layout): string {
  if (segment === '') return emptySegment;
  const characters = Array.from(segment);
  const last = characters.length - 1;
  return characters
    .map((character, index) => {
      const atEdge = (character === '.' && index === 0) || (character === ' ' && index === last);
      const separates = character === '.' && layout === 'maildir++';
      return atEdge || separates || cannotStand(character) ? percent(character) : character;
    })
    .join('');
}

/**
 * `/`, `%`, control characters (C0, DEL, C1), halves of surrogate pairs, which UTF-8 has no form for, and what stands for octets
 * that are no UTF-8 in names on disk (disk/file-name).
 */
function cannotStand(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const loneSurrogate = code >= 0xd800 && code <= 0xdfff;
  const standsForOctet = code >= 0x10f780 && code <= 0x10f7ff;
  return control || loneSurrogate || standsForOctet || character === '/' || character === '%';
}

function escapeReserved(name: string, layout: Layout): string {
  return reserved[layout].includes(name) ? percent(name.charAt(0)) + name.slice(1) : name;
}

function percent(character: string): string {
  return utf8(character.codePointAt(0) ?? 0)
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** The bytes of RFC 3629 3, for surrogates too, where an encoder would write U+FFFD and two names would be one. */
function utf8(code: number): number[] {
  const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}

/** Reads what `escape` writes; of anything else it makes something that doesn't lead back to the same path. */
function unescape(name: string): string {
  if (name === emptySegment) return '';
  return name.replace(/(?:%[0-9A-F]{2})+/g, (run) => {
    const bytes = run.slice(1).split('%');
    return fromUtf8(bytes.map((byte) => Number.parseInt(byte, 16)));
  });
}

function fromUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const start = length === 1 ? lead : lead & (0x7f >> length);
    const code = bytes
      .slice(at + 1, at + length)
      .reduce((sum, byte) => (sum << 6) | (byte & 0x3f), start);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '';
    at += length;
  }
  return text;
}

function checkLength(component: string): string {
  const bytes = Array.from(component, (character) => utf8(character.codePointAt(0) ?? 0).length);
  const length = bytes.reduce((sum, each) => sum + each, 0);
  if (length <= longestComponent) return component;
  throw new DataError(
    `the folder ${Array.from(component).slice(0, 40).join('')}… has a name of ${String(length)} bytes, ` +
      `more than the ${String(longestComponent)} of a file system`,
    { reach: 'folder', remedy: 'Give it a shorter name on the server.' },
  );
}
