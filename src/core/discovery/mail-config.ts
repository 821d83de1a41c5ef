/** Servers as a file in Thunderbird's format describes them, and the candidates that come of it. */

import type { Security } from '../account/account.ts';
import {
  addressParts,
  usernameFor,
  type Candidate,
  type DiscoverySource,
  type House,
  type Service,
  type Username,
} from './discovery.ts';
import { connectableHost, isHost } from '../account/host.ts';
import type { ProviderNote } from '../providers/provider.ts';
import { providerOfServer } from '../providers/providers.ts';

/** The public collection of such files, kept by the people of Thunderbird; a domain follows. */
export const defaultIspdb = 'https://autoconfig.thunderbird.net/v1.1';

/** Placeholders such as %EMAILADDRESS% stand in host and user name as they were written. */
export interface ConfigServer {
  readonly service: Service;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** Null where the file says nothing. */
  readonly username: string | null;
  /** Words of the format, in small letters; none where the file says nothing. */
  readonly authentication: readonly string[];
}

export interface MailConfig {
  /** The provider's name for people; null where the file has none. */
  readonly name: string | null;
  /** The preferred ones first. */
  readonly servers: readonly ConfigServer[];
  /** Access must be allowed in the settings of the provider's web site. */
  readonly mustBeEnabled: boolean;
  /** An https address of the provider's help; null where there is none. */
  readonly help: string | null;
}

export interface ConfigPlace {
  readonly source: DiscoverySource;
  readonly origin: string;
  /** Whom the placeholders stand for. */
  readonly address: string;
}

/** A file that names more of a service is not helped by trying them all. */
const mostPerService = 4;

export function candidatesOfConfig(config: MailConfig, place: ConfigPlace): Candidate[] {
  const candidates = config.servers.flatMap((each) => candidateOf(each, config, place) ?? []);
  return (['imap', 'pop3', 'smtp'] as const).flatMap((service) =>
    candidates.filter((each) => each.service === service).slice(0, mostPerService),
  );
}

/** Null where the host is none. */
function candidateOf(
  server: ConfigServer,
  config: MailConfig,
  { source, origin, address }: ConfigPlace,
): Candidate | null {
  const written = filledIn(server.host, address);
  if (!isHost(written)) return null;
  const host = connectableHost(written).toLowerCase();
  const { service, port, security } = server;
  const provider = providerOfServer(host);
  const username = usernameOf(server.username, address) ?? provider?.username ?? 'address';
  const unusable = whyUnusable(server);
  return {
    ...{ service, server: { host, port, security }, username, source, origin, provider },
    ...(provider === null ? { house: houseOf(config, host) } : {}),
    ...(unusable === null ? {} : { unusable }),
  };
}

/** Null where nothing is said, or where it holds a placeholder that nobody knows. */
function usernameOf(pattern: string | null, address: string): Username | null {
  if (pattern === null) return null;
  if (pattern === '%EMAILADDRESS%') return 'address';
  if (pattern === '%EMAILLOCALPART%') return 'local';
  const text = filledIn(pattern, address);
  return /%[A-Z]+%/.test(text) ? null : { text };
}

function filledIn(pattern: string, address: string): string {
  const { local = '', domain = '' } = addressParts(address) ?? {};
  return pattern
    .replaceAll('%EMAILADDRESS%', () => usernameFor(address, 'address'))
    .replaceAll('%EMAILLOCALPART%', () => local)
    .replaceAll('%EMAILDOMAIN%', () => domain);
}

/** The old words of the format stand beside the new ones. */
const byPassword = ['password-cleartext', 'plain', 'password-encrypted', 'secure'];

const logins = [...byPassword, 'oauth2', 'tls-client-cert'];

function whyUnusable({ security, authentication }: ConfigServer): string | null {
  if (security === 'none') return 'it is named without encryption';
  if (authentication.length === 0 || authentication.some((each) => logins.includes(each)))
    return null;
  return `it is named with a login that posthorn does not have (${authentication.join(', ')})`;
}

function houseOf(config: MailConfig, host: string): House {
  return { name: config.name ?? host, notes: notesOf(config), help: config.help };
}

function notesOf({ servers, mustBeEnabled }: MailConfig): ProviderNote[] {
  const has = (service: Service): boolean => servers.some((each) => each.service === service);
  const isOauthOnly =
    servers.length > 0 && servers.every(({ authentication: words }) => wantsOauth(words));
  return [
    ...(isOauthOnly ? (['oauth-only'] as const) : []),
    ...(mustBeEnabled && has('imap') ? (['enable-imap-first'] as const) : []),
    ...(mustBeEnabled && has('pop3') ? (['enable-pop3-first'] as const) : []),
  ];
}

function wantsOauth(authentication: readonly string[]): boolean {
  return (
    authentication.includes('oauth2') && !authentication.some((each) => byPassword.includes(each))
  );
}
