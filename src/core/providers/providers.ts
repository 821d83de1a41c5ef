/** The table of known providers, and how one is found: by the domain of an address, a mail exchanger, or a server's host. */

import type { Provider } from './provider.ts';
import { europeanProviders } from './europe.ts';
import { germanProviders } from './german.ts';
import { hostingProviders } from './hosting.ts';
import { internationalProviders } from './international.ts';
import { overseasProviders } from './overseas.ts';

export const providers: readonly Provider[] = [
  ...germanProviders,
  ...internationalProviders,
  ...europeanProviders,
  ...overseasProviders,
  ...hostingProviders,
];

const byDomain = new Map(
  providers.flatMap((each) => each.domains.map((domain) => [domain, each] as const)),
);

/** `domain` in small letters. */
export function providerOfDomain(domain: string): Provider | null {
  return byDomain.get(domain) ?? null;
}

/** The provider with the longest matching end: olc.protection.outlook.com is not Microsoft 365. */
export function providerOfExchanger(exchanger: string): Provider | null {
  const name = exchanger.toLowerCase().replace(/\.$/, '');
  const matches = providers.flatMap((each) =>
    each.mx.filter((end) => endsWithName(name, end)).map((end) => ({ each, end })),
  );
  const longest = matches.toSorted((a, b) => b.end.length - a.end.length)[0];
  return longest?.each ?? null;
}

/** Whose server it is: of the providers that share it, the first. */
export function providerOfServer(host: string): Provider | null {
  const isTheirs = ({ imap, pop3, smtp, notes }: Provider): boolean =>
    !notes.includes('bridge') && [imap, pop3, smtp].some((server) => server?.host === host);
  return providers.find(isTheirs) ?? null;
}

/** Whether the provider behind this outgoing server puts a copy into the sent folder itself; a second one would double it. */
export function filesSentItself(smtpHost: string): boolean {
  return filingHosts.some((host) => endsWithName(smtpHost.toLowerCase(), host));
}

/** Google Workspace relays and the old names of Gmail's servers are nobody's `smtp` in the table. */
const filingHosts = [
  ...providers
    .filter(({ notes }) => notes.includes('files-sent-itself') && !notes.includes('bridge'))
    .map(({ smtp }) => smtp.host),
  'gmail.com',
  'googlemail.com',
  'google.com',
];

function endsWithName(name: string, end: string): boolean {
  return name === end || name.endsWith(`.${end}`);
}
