/** The places where servers of a domain are looked for, all at once: files of the web, DNS, houses that take the mail, guesses. */

import {
  collectedFile,
  domainsOfExchanger,
  ownFiles,
  type FilePlace,
  type OwnFile,
} from '../../core/account/config-places.ts';
import {
  candidatesOfProvider,
  guessedCandidates,
  type Candidate,
  type Finding,
  type Service,
} from '../../core/discovery/discovery.ts';
import { candidatesOfConfig } from '../../core/discovery/mail-config.ts';
import { providerOfExchanger } from '../../core/providers/providers.ts';
import { asPosthornError } from '../../errors.ts';
import type { Attempt, Search } from './first-trusted.ts';
import { answerOr, type SearchContext } from './search-context.ts';
import { lookUpRecords, type Records } from './look-up-records.ts';

/** The most trusted first. Each waits for no more than it needs, and none rejects. */
export function searchesFor(context: SearchContext): Search[] {
  const { address, domain } = context;
  const records = lookUpRecords(context);
  const own = ownFiles(address, domain).map((file) => ownSearches(file, context));
  const named = records.then(({ candidates }) => tryAll(candidates, context));
  const houses = records.then(({ exchangers }) => housesOf(exchangers));
  return [
    ...own.map(({ secure }) => secure),
    collected([domain], {}, context),
    named,
    ...own.map(({ inClear }) => inClear),
    houses,
    ofExchanger(records, houses, context),
    guesses(records, houses, named, context),
  ];
}

/** In clear only where the domain has nothing by HTTPS. */
function ownSearches(
  { secure, inClear }: OwnFile,
  context: SearchContext,
): { readonly secure: Search; readonly inClear: Search } {
  const first = fromFile(secure, context);
  const second = first.then((found) => (found.length > 0 ? [] : fromFile(inClear, context)));
  return { secure: first, inClear: second };
}

async function fromFile(place: FilePlace, context: SearchContext): Promise<Attempt[]> {
  const { address, discovery, signal } = context;
  const config = await answerOr(discovery.mailConfig(place.url, signal), null, context);
  return config === null ? [] : tryAll(candidatesOfConfig(config, { ...place, address }), context);
}

/** The first of these domains that the collection knows. */
async function collected(
  domains: readonly string[],
  instead: Partial<FilePlace>,
  context: SearchContext,
): Promise<readonly Attempt[]> {
  const { ispdb } = context;
  if (ispdb === null) return [];
  const places = domains.map((domain) => ({ ...collectedFile(ispdb, domain), ...instead }));
  const found = await Promise.all(places.map((place) => fromFile(place, context)));
  return found.find((each) => each.length > 0) ?? [];
}

/** Of our table: known, not tried. */
function housesOf(exchangers: readonly string[]): Attempt[] {
  const hosted = exchangers.map((exchanger) => {
    const provider = providerOfExchanger(exchanger);
    return provider === null ? [] : candidatesOfProvider(provider, 'mx', exchanger);
  });
  const candidates = hosted.find((each) => each.length > 0) ?? [];
  return candidates.map((candidate) => ({
    candidate,
    outcome: Promise.resolve({ ...candidate, state: 'known', why: null }),
  }));
}

/** The house that takes the mail may stand in the collection where it is not in our table. */
async function ofExchanger(
  records: Promise<Records>,
  houses: Search,
  context: SearchContext,
): Promise<readonly Attempt[]> {
  const { exchangers } = await records;
  const [exchanger] = exchangers;
  if (exchanger === undefined || (await houses).length > 0) return [];
  const domains = domainsOfExchanger(exchanger, context.domain);
  return await collected(domains, { source: 'mx', origin: exchanger }, context);
}

/** Only for what DNS does not name, and the domain does not say it lacks. */
async function guesses(
  records: Promise<Records>,
  houses: Search,
  named: Search,
  context: SearchContext,
): Promise<Attempt[]> {
  const { absent } = await records;
  if ((await houses).length > 0) return [];
  const outcomes = await Promise.all((await named).map(({ outcome }) => outcome));
  const left = servicesLeft(outcomes, absent);
  const candidates = left.flatMap((service) => guessedCandidates(service, context.domain));
  return tryAll(candidates, context);
}

function servicesLeft(named: readonly Finding[], absent: ReadonlySet<Service>): Service[] {
  const reached = named.filter(({ state }) => state === 'reached').map(({ service }) => service);
  const services = ['imap', 'pop3', 'smtp'] as const;
  return services.filter((each) => !reached.includes(each) && !absent.has(each));
}

function tryAll(candidates: readonly Candidate[], context: SearchContext): Attempt[] {
  return candidates.map((candidate) => ({ candidate, outcome: tried(candidate, context) }));
}

async function tried(candidate: Candidate, { discovery, signal }: SearchContext): Promise<Finding> {
  if (candidate.unusable !== undefined)
    return { ...candidate, state: 'failed', why: candidate.unusable };
  try {
    await discovery.probe(candidate.service, candidate.server, signal);
    return { ...candidate, state: 'reached', why: null };
  } catch (thrown) {
    return { ...candidate, state: 'failed', why: asPosthornError(thrown).message };
  }
}
