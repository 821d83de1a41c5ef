/** Finds the servers of an address: our table first, without the network; else every other place at once, ranked by trust. */

import {
  addressParts,
  candidatesOfProvider,
  ranked,
  type Finding,
  type Service,
} from '../../core/discovery/discovery.ts';
import { defaultIspdb } from '../../core/discovery/mail-config.ts';
import { providerOfDomain } from '../../core/providers/providers.ts';
import { DataError, TemporaryError, type PosthornError } from '../../errors.ts';
import type { Discovery } from '../../ports/accounts/discovery.ts';
import { firstTrusted } from './first-trusted.ts';
import type { SearchContext } from './search-context.ts';
import { searchesFor } from './searches.ts';

export interface Discovered {
  readonly address: string;
  readonly domain: string;
  /** Everything that was found, the most trusted first; what failed is among it, and says why. */
  readonly findings: readonly Finding[];
  /** Look-ups that came to nothing, each in one line. */
  readonly trouble: readonly string[];
  /** One of them may have an answer another time. */
  readonly mayAnswerLater: boolean;
}

export interface DiscoverOptions {
  /** The public collection to ask, an https address to which the domain is added; null: none. */
  readonly ispdb?: string | null;
  /** Those that matter: once they are settled, nothing else is waited for. */
  readonly services?: readonly Service[];
}

/** For all of it together. */
const withinMs = 10_000;

/** What our own table says, without the network. DataError where it is no address. */
export function discoverOffline(address: string): Discovered {
  const domain = domainOf(address);
  const provider = providerOfDomain(domain);
  const candidates =
    provider === null ? [] : candidatesOfProvider(provider, 'provider', provider.name);
  const findings = candidates.map((each) => ({ ...each, state: 'known', why: null }) as const);
  return { address, domain, findings, trouble: [], mayAnswerLater: false };
}

/** Ends within ten seconds. Errors: DataError where it is no address, the signal's reason. */
export async function discover(
  address: string,
  discovery: Discovery,
  signal: AbortSignal,
  { ispdb = defaultIspdb, services = ['imap', 'pop3', 'smtp'] }: DiscoverOptions = {},
): Promise<Discovered> {
  const offline = discoverOffline(address);
  if (offline.findings.length > 0) return offline;
  signal.throwIfAborted();
  const end = new AbortController();
  const timer = setTimeout(() => {
    end.abort(new TemporaryError('there was no time left'));
  }, withinMs);
  const limit = AbortSignal.any([signal, end.signal]);
  const { domain } = offline;
  const context: SearchContext = { address, domain, discovery, ispdb, signal: limit, trouble: [] };
  const findings = await firstTrusted(searchesFor(context), services);
  const found = { address, domain, findings: reportable(findings), ...troubleOf(context.trouble) };
  clearTimeout(timer);
  // Whatever still runs could not change the choice.
  end.abort(new TemporaryError('the servers are known'));
  signal.throwIfAborted();
  return found;
}

function domainOf(address: string): string {
  const parts = addressParts(address);
  if (parts !== null) return parts.domain;
  throw new DataError(`"${address}" is no mail address with a domain`, {
    reach: 'program',
    remedy: 'Give the whole address: you@example.org.',
  });
}

/** By trust; a wrong guess says nothing where a server of the service was found. */
function reportable(findings: readonly Finding[]): Finding[] {
  const usable = new Set(
    findings.filter(({ state }) => state !== 'failed').map(({ service }) => service),
  );
  const isIdle = ({ source, state, service }: Finding): boolean =>
    source === 'guess' && state === 'failed' && usable.has(service);
  return ranked(findings.filter((each) => !isIdle(each)));
}

function troubleOf(
  errors: readonly PosthornError[],
): Pick<Discovered, 'trouble' | 'mayAnswerLater'> {
  return {
    trouble: [...new Set(errors.map(({ message }) => message))],
    mayAnswerLater: errors.some(({ retry }) => retry !== 'never'),
  };
}
