/** The servers of an address: what may be one, how far each source is trusted, and which comes first. */

import { connectableHost, isHost } from '../account/host.ts';
import type { Provider, ProviderNote, ServerAddress, UsernameForm } from '../providers/provider.ts';
import { providerOfServer } from '../providers/providers.ts';

export type Service = 'imap' | 'pop3' | 'smtp';

/** `autoconfig` is the file that the domain itself offers by HTTPS, `ispdb` the public collection of such files. */
export type DiscoverySource =
  'provider' | 'autoconfig' | 'ispdb' | 'srv' | 'autoconfig-http' | 'mx' | 'guess';

/** What a stranger could change on the way comes after what he could not. */
const mostTrustedFirst: readonly DiscoverySource[] = [
  'provider',
  'autoconfig',
  'ispdb',
  'srv',
  'autoconfig-http',
  'mx',
  'guess',
];

/** A form of the address, or a name that the domain itself has given. */
export type Username = UsernameForm | { readonly text: string };

/** What a file says of those who run its servers. */
export interface House {
  readonly name: string;
  readonly notes: readonly ProviderNote[];
  readonly help: string | null;
}

/** A server that may be the one. */
export interface Candidate {
  readonly service: Service;
  readonly server: ServerAddress;
  readonly username: Username;
  readonly source: DiscoverySource;
  /** Where it was found: a provider's name, the name of a record or of a web server. */
  readonly origin: string;
  /** Whose server it is, where that is known. */
  readonly provider: Provider | null;
  /** Where the provider is not known, but a file speaks of it. */
  readonly house?: House;
  /** Why it is not even tried. */
  readonly unusable?: string;
}

/** `known`: it stands in our table and was not tried. `reached`: it answers, and its certificate holds. `failed`: it does not. */
export interface Finding extends Candidate {
  readonly state: 'known' | 'reached' | 'failed';
  /** Why it failed, in one line. */
  readonly why: string | null;
}

/** An SRV record (RFC 2782); `host` is empty where the domain says that it has no such service. */
export interface ServiceTarget {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface ServiceName {
  readonly name: string;
  readonly service: Service;
  readonly security: 'tls' | 'starttls';
}

/** RFC 6186, section 3, and RFC 8314, section 5.1, which prefers TLS from the first octet. */
export const serviceNames: readonly ServiceName[] = [
  { name: '_imaps._tcp', service: 'imap', security: 'tls' },
  { name: '_imap._tcp', service: 'imap', security: 'starttls' },
  { name: '_pop3s._tcp', service: 'pop3', security: 'tls' },
  { name: '_pop3._tcp', service: 'pop3', security: 'starttls' },
  { name: '_submissions._tcp', service: 'smtp', security: 'tls' },
  { name: '_submission._tcp', service: 'smtp', security: 'starttls' },
];

export interface AddressParts {
  readonly local: string;
  /** In small letters; a Unicode domain as punycode. */
  readonly domain: string;
}

/** RFC 5321, section 4.1.2; what a careless form lets through is not judged here. */
const localPart = /^(?:"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])+"|[^\s"\p{Cc}]+)$/u;

/** Null where it is no address of a mailbox on the net. A quoted local part may hold an at sign: the last one counts. */
export function addressParts(address: string): AddressParts | null {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const written = address.slice(at + 1).normalize('NFC');
  if (!localPart.test(local) || !isHost(written)) return null;
  const domain = connectableHost(written).toLowerCase();
  return domain.includes(':') || /^[\d.]+$/.test(domain) || !domain.includes('.')
    ? null
    : { local, domain };
}

/** How the user name is written for this address; a final dot of the domain is no part of it. */
export function usernameFor(address: string, form: Username): string {
  if (typeof form === 'object') return form.text;
  return form === 'address'
    ? address.replace(/\.$/, '')
    : (addressParts(address)?.local ?? address);
}

export function candidatesOfProvider(
  provider: Provider,
  source: 'provider' | 'mx',
  origin: string,
): Candidate[] {
  const { imap, pop3, smtp, username } = provider;
  const servers: readonly (readonly [Service, ServerAddress | undefined])[] = [
    ['imap', imap],
    ['pop3', pop3],
    ['smtp', smtp],
  ];
  return servers.flatMap(([service, server]) =>
    server === undefined ? [] : [{ service, server, username, source, origin, provider }],
  );
}

/** Lowest priority first, then greatest weight: drawing lots by weight (RFC 2782) is for those who connect often. */
export function candidatesOfRecords(
  { name, service, security }: ServiceName,
  domain: string,
  targets: readonly ServiceTarget[],
): Candidate[] {
  return targets
    .filter(({ host }) => host !== '' && isHost(host))
    .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)
    .map(({ host: written, port }) => {
      const host = connectableHost(written).toLowerCase();
      const provider = providerOfServer(host);
      const username = provider?.username ?? 'address';
      const origin = `${name}.${domain}`;
      return {
        service,
        server: { host, port, security },
        username,
        source: 'srv',
        origin,
        provider,
      };
    });
}

/** Names that mail servers often have, with TLS from the first octet alone. */
const guesses: Readonly<Record<Service, { readonly port: number; readonly names: string[] }>> = {
  imap: { port: 993, names: ['imap', 'mail'] },
  pop3: { port: 995, names: ['pop', 'pop3', 'mail'] },
  smtp: { port: 465, names: ['smtp', 'mail'] },
};

export function guessedCandidates(service: Service, domain: string): Candidate[] {
  const { port, names } = guesses[service];
  return names.map((name) => ({
    service,
    server: { host: `${name}.${domain}`, port, security: 'tls' },
    username: 'address',
    source: 'guess',
    origin: 'a usual name',
    provider: null,
  }));
}

/** What is known of one place: it has not answered yet, or these are its candidates, each tried or still being tried. */
export type Place = 'open' | readonly (Candidate | Finding)[];

/** Whether it is certain which server is best, whatever is still open; `places`: the most trusted first. */
export function isBestKnown(service: Service, places: readonly Place[]): boolean {
  for (const place of places) {
    if (place === 'open') return false;
    for (const each of place.filter((one) => one.service === service)) {
      if (!('state' in each)) return false;
      if (each.state !== 'failed') return true;
    }
  }
  return false;
}

/** Most trusted first; among equals those that were reached, then as they came. */
export function ranked(findings: readonly Finding[]): Finding[] {
  const trust = ({ source }: Finding): number => mostTrustedFirst.indexOf(source);
  const failed = ({ state }: Finding): number => (state === 'failed' ? 1 : 0);
  return findings.toSorted((a, b) => trust(a) - trust(b) || failed(a) - failed(b));
}

/** The first that may be used; a server that does not answer, or whose certificate does not hold, never. */
export function bestFor(service: Service, findings: readonly Finding[]): Finding | null {
  const usable = findings.filter((each) => each.service === service && each.state !== 'failed');
  return ranked(usable)[0] ?? null;
}

/**
 * Whether it may be used without asking anybody. DNS can be forged: an SRV record that leads out of the domain to a host
 * that nobody knows needs a person's consent (RFC 6186, section 6).
 */
export function isCertain({ source, state, server, provider }: Finding, domain: string): boolean {
  if (state === 'failed') return false;
  if (source === 'provider' || source === 'mx') return true;
  if (state !== 'reached') return false;
  if (source === 'autoconfig' || source === 'ispdb') return true;
  return provider !== null || server.host === domain || server.host.endsWith(`.${domain}`);
}
