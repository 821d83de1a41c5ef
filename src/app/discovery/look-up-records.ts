/** What DNS says of a domain's mail servers: SRV records and mail exchangers, all asked at once. */

import {
  candidatesOfRecords,
  serviceNames,
  type Candidate,
  type Service,
  type ServiceName,
} from '../../core/discovery/discovery.ts';
import { answerOr, type SearchContext } from './search-context.ts';

export interface Records {
  readonly candidates: readonly Candidate[];
  /** The preferred one first. */
  readonly exchangers: readonly string[];
  /** Services that the domain says it does not have. */
  readonly absent: ReadonlySet<Service>;
}

/** Never rejects. */
export async function lookUpRecords(context: SearchContext): Promise<Records> {
  const { domain, discovery, signal } = context;
  const [exchangers, ...services] = await Promise.all([
    answerOr(discovery.exchangers(domain, signal), [], context),
    ...serviceNames.map(({ name }) =>
      answerOr(discovery.services(`${name}.${domain}`, signal), [], context),
    ),
  ]);
  const answers = serviceNames.map((name, at) => ({ name, targets: services[at] ?? [] }));
  const candidates = answers.flatMap(({ name, targets }) =>
    candidatesOfRecords(name, domain, targets),
  );
  const denied = answers.filter(({ targets }) => targets.some(({ host }) => host === ''));
  return { candidates, exchangers, absent: absentServices(denied, candidates) };
}

/** A domain may deny one form of a service and offer the other. */
function absentServices(
  denied: readonly { readonly name: ServiceName }[],
  candidates: readonly Candidate[],
): Set<Service> {
  const offered = new Set(candidates.map(({ service }) => service));
  return new Set(denied.map(({ name }) => name.service).filter((each) => !offered.has(each)));
}
