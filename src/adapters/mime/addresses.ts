/** Addresses as people type them and as headers hold them, made fit for an envelope (RFC 5322 3.4, RFC 5321 4.1.2). */

import { domainToASCII } from 'node:url';
import { DataError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import { piecesOf, type Piece } from './address-list.ts';

export interface Mailbox {
  /** Display name; may be empty. */
  readonly name: string;
  readonly address: string;
}

/** All of a list, groups flattened. Every piece without an address is a DataError that names it: no recipient is dropped. */
export function parseMailboxes(text: string): Mailbox[] {
  return checkedPieces(text).map(mailbox);
}

/**
 * The same for the header of a finished message, where `Surname, Name <a@x>` stands for one person with many programs: the
 * surname is no recipient where it can't be a user of this machine, whose names begin with a small letter.
 */
export function parseHeaderMailboxes(text: string): Mailbox[] {
  const pieces = checkedPieces(text);
  return pieces.filter((each, at) => !isSurname(each, pieces[at + 1])).map(mailbox);
}

function checkedPieces(text: string): Piece[] {
  if (/\p{Cc}/u.test(text.replace(/\t/g, ' '))) throw noAddress(text);
  return piecesOf(text);
}

function mailbox({ text, name, address }: Piece): Mailbox {
  return { name, address: envelopeAddress(address ?? '', text) };
}

function isSurname(piece: Piece, next: Piece | undefined): boolean {
  const isWord = /^\p{Lu}[^@<>"]*$/u.test(piece.text);
  return isWord && next !== undefined && /^\p{Lu}[^@<]*<[^<>]+>$/u.test(next.text);
}

/** Of a header's value; null where there is none that can be used. */
export function firstAddress(text: string): string | null {
  for (const { address } of piecesOf(text)) {
    const usable = address === null ? null : normalized(address);
    if (usable !== null) return usable;
  }
  return null;
}

/** One address alone, as it goes on the wire: an international domain in ASCII (RFC 5890). DataError where it is none. */
export function envelopeAddress(address: string, shown: string = address): string {
  const usable = normalized(address);
  if (usable === null) throw noAddress(shown);
  return usable;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** Each once: domains are the same in either case, local parts are their server's affair (RFC 5321 2.4). */
export function unique(addresses: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const address of addresses) {
    const at = address.lastIndexOf('@');
    const key = address.slice(0, at) + address.slice(at).toLowerCase();
    if (!seen.has(key)) seen.set(key, address);
  }
  return [...seen.values()];
}

const atoms = /^[^\s\p{Cc}()<>[\]:;@\\,"]+$/u;
const quoted = /^"(?:[^\p{Cc}"\\<>]|\\[^\p{Cc}<>])*"$/u;
const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?';
const hostName = new RegExp(`^${label}(?:\\.${label})*$`);
const literal = /^\[(?:IPv6:)?[0-9A-Fa-f.:]+\]$/;

function normalized(address: string): string | null {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  if (at < 1 || address.length > 320 || !(atoms.test(local) || quoted.test(local))) return null;
  const domain = address.slice(at + 1);
  const ascii = /^[\x21-\x7e]+$/.test(domain) ? domain : domainToASCII(domain);
  return hostName.test(ascii) || literal.test(ascii) ? `${local}@${ascii}` : null;
}

function noAddress(text: string): DataError {
  return new DataError(`"${printable(text, 100)}" is no mail address`, {
    remedy: 'Write it as name@domain, or as Name <name@domain>.',
  });
}
