/** Why a server was not reached, or did not greet: its data first, then the way to it. */

import type { Circumstances, Failure, Finding } from './circumstances.ts';
import type { Provider, ServerAddress } from '../providers/provider.ts';
import { usualPorts, usualPortsOf } from '../account/usual-ports.ts';

const offline: Finding = {
  cause: 'this machine is offline',
  remedy: 'Check the network, e.g. by opening a web site.',
};

export function resolveFindings(circumstances: Circumstances): readonly Finding[] {
  const { host } = circumstances;
  return [
    wrongHost(circumstances, `the name ${host} is mistyped, or no longer in use`),
    { cause: 'the name servers of this network do not answer' },
    offline,
  ];
}

export function connectFindings(circumstances: Circumstances): readonly Finding[] {
  const { host } = circumstances;
  return [
    ...oddPort(circumstances),
    wrongHost(circumstances, `${host} is not the mail server`),
    ...blockedPort(circumstances),
    { cause: 'the server is down just now', remedy: 'Test again later.' },
    offline,
  ];
}

/** After a misfit (core/port-identity) its remedy says it all. */
export function greetingFindings(
  failure: Failure,
  circumstances: Circumstances,
): readonly Finding[] {
  if (failure.code === 'refused') return [];
  if (failure.code === 'timeout')
    return [
      ...oddPort(circumstances),
      ...securityPair(circumstances),
      { cause: 'a firewall or virus scanner takes the connection and passes nothing on' },
      { cause: 'the server is overloaded', remedy: 'Test again later.' },
    ];
  return [
    {
      cause: 'the server lets nobody in just now, or has too many connections from here',
      remedy: 'Close other mail programs, or test again later.',
    },
    {
      cause: 'the server turns this network away (a block list)',
      remedy: 'If it stays so, ask the provider.',
    },
  ];
}

function wrongHost(circumstances: Circumstances, cause: string): Finding {
  const { address, addressProvider, service } = circumstances;
  const right = addressProvider === null ? null : serverOf(addressProvider, service);
  if (right === null || right.host === circumstances.host)
    return { cause, remedy: `Find the right one: posthorn account discover ${address}` };
  const prefix = service === 'smtp' ? 'out' : 'in';
  return {
    cause,
    remedy: `${addressProvider?.name ?? ''} has ${right.host}: --${prefix}-host ${right.host}`,
  };
}

function serverOf(provider: Provider, service: Circumstances['service']): ServerAddress | null {
  return provider[service] ?? null;
}

/** A port that is not the usual one of the protocol and the security. */
function* oddPort({ service, security, port }: Circumstances): Iterable<Finding> {
  const usual = usualPorts[service][security];
  if (port === usual) return;
  const prefix = service === 'smtp' ? 'out' : 'in';
  yield {
    cause: `port ${String(port)} is not the one: ${usualPortsOf(service)}`,
    remedy: `Try: --${prefix}-port ${String(usual)}`,
  };
}

function* securityPair({ service, security, port }: Circumstances): Iterable<Finding> {
  const other = security === 'tls' ? 'starttls' : 'tls';
  const prefix = service === 'smtp' ? 'out' : 'in';
  yield {
    cause: `port ${String(port)} may want the security \`${other}\`, not \`${security}\``,
    remedy: `Try: --${prefix}-security ${other}`,
  };
}

function* blockedPort({ service, port }: Circumstances): Iterable<Finding> {
  if (service === 'smtp' && port === 25)
    yield {
      cause: 'this network blocks port 25, as most do',
      remedy: 'Use 465 (tls) or 587 (starttls).',
    };
  else
    yield {
      cause: `a firewall, a VPN or this network blocks port ${String(port)}`,
      remedy: 'Try from another network.',
    };
}
