/** What discovery found, in the words of people. */

import type { Choice, ProviderNotes } from '../../app/discovery/choose-servers.ts';
import { printable } from '../../printable.ts';

/** Where a server comes from, to follow its name. */
export function originText({ source, origin }: Pick<Choice, 'source' | 'origin'>): string {
  switch (source) {
    case 'provider':
      return `known provider ${origin}`;
    case 'mx':
      return `${origin} takes the mail of the domain`;
    case 'srv':
      return `DNS names it (${origin})`;
    case 'autoconfig':
      return `${origin} says so, by HTTPS`;
    case 'autoconfig-http':
      return `${origin} says so, in clear`;
    case 'ispdb':
      return `public collection (${origin})`;
    case 'guess':
      return 'guessed and tried';
  }
}

/** One line a note, and where the provider tells more. Name and address may come from a stranger's file. */
export function noteLines({ provider, notes, help }: ProviderNotes): string[] {
  const lines = notes.map((note) => noteText(note, printable(provider)));
  const more = help !== null && notes.some((note) => wantsDoing.has(note));
  return more ? [...lines, `${printable(provider)}: more at ${printable(help)}`] : lines;
}

/** Notes that ask people to do something at the provider's first. */
const wantsDoing = new Set<ProviderNotes['notes'][number]>([
  'app-password',
  'mail-password',
  'enable-imap-first',
  'enable-pop3-first',
  'bridge',
]);

function noteText(note: ProviderNotes['notes'][number], provider: string): string {
  switch (note) {
    case 'app-password':
      return `${provider}: mail programs need an app password, made in the security settings of its web site.`;
    case 'mail-password':
      return `${provider}: mail programs need the e-mail password, which is set apart from that of the web site.`;
    case 'enable-imap-first':
      return `${provider}: access by IMAP must first be allowed in the settings of its web site.`;
    case 'enable-pop3-first':
      return `${provider}: access by POP3 must first be allowed in the settings of its web site.`;
    case 'oauth-only':
      return `${provider}: lets mail programs in by OAuth 2.0 alone; a password is refused.`;
    case 'files-sent-itself':
      return `${provider}: keeps a copy of sent mail by itself, so posthorn makes none.`;
    case 'paid-only':
      return `${provider}: offers this to paying customers alone.`;
    case 'bridge':
      return `${provider}: that program must run on this machine, and has user name and password of its own.`;
  }
}

/** A Unicode domain as the person wrote it, where `text` has it as DNS does. */
export function asTyped(
  text: string,
  { address, domain }: { readonly address: string; readonly domain: string },
): string {
  const typed = address
    .slice(address.lastIndexOf('@') + 1)
    .replace(/\.$/, '')
    .toLowerCase();
  return text.replaceAll(domain, () => typed);
}

/** `imap.example.org:993 (tls)`. */
export function serverText({ host, port, security }: Choice['server']): string {
  return `${host}:${String(port)} (${security})`;
}
