/** Addresses as people type them and as headers hold them, made fit for an envelope (RFC 5322 3.4, RFC 5321 4.1.2). */

import { domainToASCII } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';
import { DataError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';

export interface Mailbox {
  /** Display name; may be empty. */
  readonly name: string;
  readonly address: string;
}

/** All of a list, groups flattened (RFC 5322 3.4). DataError names what is no address. */
export function parseMailboxes(text: string): Mailbox[] {
  if (/\p{Cc}/u.test(text.replace(/\t/g, ' ')) || isGuesswork(text)) throw noAddress(text);
  return addressparser(text, { flatten: true })
    .filter(({ name, address }) => name !== '' || address !== '')
    .map(({ name, address }) => ({ name: name.trim(), address: envelopeAddress(address, text) }));
}

/**
 * The parser makes something of everything: of `a@x b@y` it makes one address, of `<a b@x>` b@x. A recipient must neither be
 * lost nor guessed, so each must be a single word, or stand in brackets as one, one between two commas.
 */
function isGuesswork(text: string): boolean {
  const plain = text
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\([^()]*\)/g, '')
    .replace(/(^|[,;])[^,;:<>@[]*:/g, ',');
  return plain.split(/[,;]/).some((each) => {
    const brackets = each.match(/<[^<>]*>/g) ?? [];
    const [inner = each] = brackets.map((bracket) => bracket.slice(1, -1));
    const outside = each.replace(/<[^<>]*>/g, '');
    return brackets.length > 1 || /[<>]/.test(outside) || /\s/.test(inner.trim());
  });
}

/** Of a header's value; null where there is none that can be used. */
export function firstAddress(text: string): string | null {
  for (const { address } of addressparser(text, { flatten: true })) {
    const usable = normalized(address);
    if (usable !== null) return usable;
  }
  return null;
}

/** One address alone, as it goes on the wire: an international domain in ASCII (RFC 5890). DataError where it is none. */
export function envelopeAddress(address: string, shown: string = address): string {
  const usable = normalized(address);
  if (usable === null) throw noAddress(address === '' ? shown : address);
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
