/** Asks the machine's name service for the servers of the accounts; nobody is connected to. */

import type { Account } from '../../core/account/account.ts';
import { asPosthornError } from '../../errors.ts';
import { ails, good, type Finding } from './finding.ts';
import type { View } from './view.ts';

/** Enough to tell a name service that fails from a name that is wrong. */
const mostHosts = 10;

export async function examineNetwork({ inspector, accounts }: View): Promise<Finding[]> {
  const hosts = hostsOf(accounts.filter(({ enabled }) => enabled)).slice(0, mostHosts);
  return Promise.all(
    hosts.map(async (host) => {
      try {
        return finding(host, await inspector.lookUp(host));
      } catch (error) {
        return ails('network', asPosthornError(error).message, `getent hosts ${host}`);
      }
    }),
  );
}

function finding(host: string, trouble: string | null): Finding {
  if (trouble === null) return good('network', `${host} is known to the name service`);
  const isUnknown = trouble === 'ENOTFOUND';
  const what = isUnknown
    ? `the name service does not know ${host}`
    : `the name service failed for ${host} (${trouble})`;
  return ails('network', what, `getent hosts ${host}`);
}

/** Addresses need no name service. */
function hostsOf(accounts: readonly Account[]): string[] {
  const hosts = accounts.flatMap(({ incoming, outgoing }) => [incoming?.host, outgoing?.host]);
  const names = hosts.filter((host) => host !== undefined);
  return [...new Set(names)].filter((host) => !/^[\d.]+$|:/.test(host));
}
