/** Of what was found for an address: the servers to use, and what people must know about them. */

import type { AccountType } from '../../core/account/account.ts';
import {
  bestFor,
  isCertain,
  usernameFor,
  type Finding,
  type Service,
} from '../../core/discovery/discovery.ts';
import type { ProviderNote, ServerAddress } from '../../core/providers/provider.ts';
import type { Discovered } from './discover.ts';

export interface Choice {
  readonly service: Service;
  readonly server: ServerAddress;
  readonly username: string;
  readonly source: Finding['source'];
  readonly origin: string;
  /** May be used without asking anybody. */
  readonly certain: boolean;
}

/** What people must know, each note once, of each provider whose servers were chosen. */
export interface ProviderNotes {
  readonly provider: string;
  readonly notes: readonly ProviderNote[];
  /** An https address where the provider itself tells more; null where none is known. */
  readonly help: string | null;
}

/** Null where no server was found that may be used. */
export function chooseServer(service: Service, found: Discovered): Choice | null {
  const best = bestFor(service, found.findings);
  return best === null ? null : choiceOf(best, found);
}

/** What needs nobody's consent, for where nobody can be asked. */
export function certainOnly(found: Discovered): Discovered {
  return { ...found, findings: found.findings.filter((each) => isCertain(each, found.domain)) };
}

/** Notes that concern the given services alone: who fetches by IMAP need not allow POP3. */
export function notesFor(services: readonly Service[], found: Discovered): ProviderNotes[] {
  const best = services.flatMap((service) => bestFor(service, found.findings) ?? []);
  const houses = best.flatMap(({ provider, house }) => provider ?? house ?? []);
  return [...new Map(houses.map((each) => [each.name, each])).values()].map(
    ({ name, notes, help }) => ({
      provider: name,
      notes: notes.filter((note) => concerns(note, services)),
      help,
    }),
  );
}

export function incomingService(type: AccountType | undefined): Service {
  return type ?? 'imap';
}

/** Everything that was found as plain data, the servers to use apart. */
export function discoveredJson(found: Discovered) {
  const { address, domain, findings, trouble } = found;
  return {
    address,
    domain,
    imap: chooseServer('imap', found),
    pop3: chooseServer('pop3', found),
    smtp: chooseServer('smtp', found),
    notes: notesFor(['imap', 'pop3', 'smtp'], found),
    found: findings.map((each) => ({
      ...choiceOf(each, found),
      provider: each.provider?.id ?? null,
      state: each.state,
      why: each.why,
    })),
    trouble: [...trouble],
  };
}

export type DiscoveredJson = ReturnType<typeof discoveredJson>;

function choiceOf(finding: Finding, { address, domain }: Discovered): Choice {
  const { service, server, source, origin } = finding;
  const username = usernameFor(address, finding.username);
  return { service, server, username, source, origin, certain: isCertain(finding, domain) };
}

function concerns(note: ProviderNote, services: readonly Service[]): boolean {
  if (note === 'enable-imap-first') return services.includes('imap');
  if (note === 'enable-pop3-first') return services.includes('pop3');
  return note !== 'files-sent-itself' || services.includes('smtp');
}
