/** The servers of an account that comes without any, from the table of providers: by its address alone, without the network. */

import { addressParts } from '../../core/discovery/discovery.ts';
import type { ImportedEntry } from '../../ports/accounts/importer.ts';
import { chooseServer, incomingService, type Choice } from './choose-servers.ts';
import { discoverOffline } from './discover.ts';

export interface Supplied {
  readonly entry: ImportedEntry;
  /** For people: which servers, and whose; null where none had to be found. */
  readonly suppliedFrom: string | null;
  /** For people: what to add, where the table knows no server of the address; else null. */
  readonly missing: string | null;
}

/** Which servers the accounts of the configuration inherit already. */
export interface InheritedServers {
  readonly incoming: boolean;
  readonly outgoing: boolean;
}

export function withKnownServers(entry: ImportedEntry, inherited: InheritedServers): Supplied {
  const { identity, incoming, outgoing } = entry;
  const receives = entry.receive !== false && !inherited.incoming && incoming?.host === undefined;
  const sends = entry.send !== false && !inherited.outgoing && outgoing?.host === undefined;
  const address = identity?.address ?? '';
  const parts = addressParts(address);
  if (parts === null || (!receives && !sends)) return { entry, suppliedFrom: null, missing: null };
  const found = discoverOffline(address);
  const server = receives ? chooseServer(incomingService(entry.type), found) : null;
  const sender = sends ? chooseServer('smtp', found) : null;
  if ((receives && server === null) || (sends && sender === null))
    return { entry, suppliedFrom: null, missing: unknown(parts.domain, receives, sends) };
  const supplied = {
    ...entry,
    ...(server === null ? {} : { incoming: { ...serverOf(server, address), ...incoming } }),
    ...(sender === null ? {} : { outgoing: { ...serverOf(sender, null), ...outgoing } }),
  };
  return { entry: supplied, suppliedFrom: originOf([server, sender]), missing: null };
}

function serverOf({ server, username }: Choice, address: string | null) {
  const { host, port, security } = server;
  const login = address === null || username === address ? {} : { username };
  return { host, port, security, ...login };
}

function originOf(chosen: readonly (Choice | null)[]): string {
  const servers = chosen.filter((each) => each !== null);
  const hosts = servers.map(({ server }) => server.host).join(' and ');
  return `${hosts}, from the table of providers (${servers[0]?.origin ?? ''})`;
}

function unknown(domain: string, receives: boolean, sends: boolean): string {
  const columns = [...(receives ? ['in_host'] : []), ...(sends ? ['out_host'] : [])];
  const what = columns.map((column) => `\`${column}\``).join(' and ');
  return `no provider of ${domain} is known; add ${what} (left empty: none), or servers under \`defaults\``;
}
