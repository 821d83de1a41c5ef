/** Finds the servers of an address: our table first, without the network; else DNS, and servers that really answer. */

import {
  addressParts,
  candidatesOfProvider,
  candidatesOfRecords,
  guessedCandidates,
  ranked,
  serviceNames,
  type Candidate,
  type Finding,
  type Service,
  type ServiceName,
} from '../core/discovery.ts';
import { providerOfDomain, providerOfExchanger } from '../core/providers.ts';
import { asPosthornError, DataError } from '../errors.ts';
import type { Discovery } from '../ports/discovery.ts';

export interface Discovered {
  readonly address: string;
  readonly domain: string;
  /** Everything that was found, the most trusted first; what failed is among it, and says why. */
  readonly findings: readonly Finding[];
  /** Look-ups that got no answer. */
  readonly trouble: readonly string[];
}

/** For all of it together. */
const withinMs = 10_000;

/** What our own table says, without the network. DataError where it is no address. */
export function discoverOffline(address: string): Discovered {
  const domain = domainOf(address);
  const provider = providerOfDomain(domain);
  const candidates =
    provider === null ? [] : candidatesOfProvider(provider, 'provider', provider.name);
  return { address, domain, findings: candidates.map(known), trouble: [] };
}

/** Ends within ten seconds. Errors: DataError where it is no address, the signal's reason. */
export async function discover(
  address: string,
  discovery: Discovery,
  signal: AbortSignal,
): Promise<Discovered> {
  const offline = discoverOffline(address);
  if (offline.findings.length > 0) return offline;
  const { domain } = offline;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  const records = await lookUp(domain, discovery, limit);
  const hosted = records.exchangers
    .map((each) => ofExchanger(each))
    .find((each) => each.length > 0);
  const named = await attemptAll(records.candidates, discovery, limit);
  // Guesses come last, and only for what nobody named.
  const open = hosted === undefined ? servicesLeft(named, records.absent) : [];
  const guesses = open.flatMap((service) => guessedCandidates(service, domain));
  const guessed = await attemptAll(guesses, discovery, limit);
  signal.throwIfAborted();
  const findings = ranked([...(hosted ?? []).map(known), ...named, ...guessed]);
  return { address, domain, findings, trouble: records.trouble };
}

function domainOf(address: string): string {
  const parts = addressParts(address);
  if (parts !== null) return parts.domain;
  throw new DataError(`"${address}" is no mail address with a domain`, {
    reach: 'program',
    remedy: 'Give the whole address: you@example.org.',
  });
}

interface Records {
  readonly candidates: readonly Candidate[];
  readonly exchangers: readonly string[];
  /** Services that the domain says it does not have. */
  readonly absent: ReadonlySet<Service>;
  readonly trouble: readonly string[];
}

async function lookUp(domain: string, discovery: Discovery, signal: AbortSignal): Promise<Records> {
  const trouble: string[] = [];
  const orNone = async <T>(asked: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await asked;
    } catch (thrown) {
      trouble.push(whyOf(thrown, signal));
      return [];
    }
  };
  const [exchangers, ...services] = await Promise.all([
    orNone(discovery.exchangers(domain, signal)),
    ...serviceNames.map((each) => orNone(discovery.services(`${each.name}.${domain}`, signal))),
  ]);
  const answers = serviceNames.map((name, at) => ({ name, targets: services[at] ?? [] }));
  const candidates = answers.flatMap(({ name, targets }) =>
    candidatesOfRecords(name, domain, targets),
  );
  const denied = answers.filter(({ targets }) => targets.some(({ host }) => host === ''));
  return { candidates, exchangers, absent: absentServices(denied, candidates), trouble };
}

/** A domain may deny one form of a service and offer the other. */
function absentServices(
  denied: readonly { readonly name: ServiceName }[],
  candidates: readonly Candidate[],
): Set<Service> {
  const offered = new Set(candidates.map(({ service }) => service));
  return new Set(denied.map(({ name }) => name.service).filter((each) => !offered.has(each)));
}

function ofExchanger(exchanger: string): Candidate[] {
  const provider = providerOfExchanger(exchanger);
  return provider === null ? [] : candidatesOfProvider(provider, 'mx', exchanger);
}

/** Services for which nothing was reached, and which the domain does not say it lacks. */
function servicesLeft(named: readonly Finding[], absent: ReadonlySet<Service>): Service[] {
  const reached = named.filter(({ state }) => state === 'reached').map(({ service }) => service);
  const services = ['imap', 'pop3', 'smtp'] as const;
  return services.filter((each) => !reached.includes(each) && !absent.has(each));
}

function attemptAll(
  candidates: readonly Candidate[],
  discovery: Discovery,
  signal: AbortSignal,
): Promise<Finding[]> {
  return Promise.all(candidates.map((each) => attempt(each, discovery, signal)));
}

async function attempt(
  candidate: Candidate,
  discovery: Discovery,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    await discovery.probe(candidate.service, candidate.server, signal);
    return { ...candidate, state: 'reached', why: null };
  } catch (thrown) {
    return { ...candidate, state: 'failed', why: whyOf(thrown, signal) };
  }
}

function whyOf(thrown: unknown, signal: AbortSignal): string {
  if (signal.aborted && thrown === signal.reason) return 'there was no time left';
  return asPosthornError(thrown).message;
}

function known(candidate: Candidate): Finding {
  return { ...candidate, state: 'known', why: null };
}
