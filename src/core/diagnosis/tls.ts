/** Why a connection was not encrypted, or the certificate did not hold. */

import type { Circumstances, Failure, Finding } from './circumstances.ts';
import { isHost } from '../account/host.ts';
import { usualPorts } from '../account/usual-ports.ts';

export function tlsFindings(failure: Failure, circumstances: Circumstances): readonly Finding[] {
  if (failure.code === 'certificate') return certificate(failure, circumstances);
  if (/STARTTLS|does not speak TLS/.test(failure.message)) return otherSecurity(circumstances);
  if (/safe enough/.test(failure.message))
    return [
      {
        cause: 'the server is old',
        remedy: 'Ask whoever runs it for TLS 1.2; without it nobody can tell who reads along.',
      },
    ];
  if (failure.code === 'timeout') return otherSecurity(circumstances);
  return [];
}

function otherSecurity({ service, security, port }: Circumstances): readonly Finding[] {
  const other = security === 'tls' ? 'starttls' : 'tls';
  const prefix = service === 'smtp' ? 'out' : 'in';
  const usual = usualPorts[service];
  const options = `--${prefix}-security ${other} --${prefix}-port ${String(usual[other])}`;
  return [
    {
      cause: `port ${String(port)} does not go with the security \`${security}\``,
      remedy: `Try \`${other}\`, which usually has port ${String(usual[other])}: ${options}`,
    },
  ];
}

/** By our own words of wire/certificate. */
function certificate(failure: Failure, circumstances: Circumstances): readonly Finding[] {
  const { host } = circumstances;
  const ask = `Ask whoever runs ${host} to renew it.`;
  const trust: Finding = { remedy: trusting(failure, circumstances) };
  if (/ expired/.test(failure.message))
    return [
      { cause: 'it was not renewed in time', remedy: ask },
      { cause: 'the clock of this machine is wrong', remedy: 'Check it: date' },
      trust,
    ];
  if (/not valid yet/.test(failure.message))
    return [{ cause: 'the clock of this machine is wrong', remedy: 'Check it: date' }];
  if (/other names/.test(failure.message)) return [...otherName(failure, circumstances), trust];
  if (/another certificate than/.test(failure.message))
    return [
      {
        cause: 'the certificate was renewed',
        remedy: `Ask whoever runs ${host} for the new fingerprint, and compare.`,
      },
      { cause: 'somebody stands between' },
      trust,
    ];
  if (/revoked/.test(failure.message)) return [{ remedy: ask }];
  return [
    { cause: "the server is your own or your company's, and made its certificate itself" },
    { cause: 'a virus scanner, a proxy or somebody else stands between' },
    trust,
  ];
}

function* otherName(failure: Failure, circumstances: Circumstances): Iterable<Finding> {
  const { service, host } = circumstances;
  const name = /other names: (\S+?)(?:,| \(|$)/.exec(failure.message)?.[1];
  const prefix = service === 'smtp' ? 'out' : 'in';
  // It stands in a command that may be copied: nothing but a name of a host may.
  const isUsable = name !== undefined && isHost(name);
  yield {
    cause: `${host} is another name of this server, or another server`,
    remedy: isUsable
      ? `If ${name} is what the provider calls it: --${prefix}-host ${name}`
      : 'Use the name that the provider gives.',
  };
  yield { cause: 'somebody stands between' };
}

function trusting({ message }: Failure, { service }: Circumstances): string {
  const prefix = service === 'smtp' ? 'out' : 'in';
  const pin = /SHA-256 ([0-9a-f]{64})/.exec(message)?.[1] ?? 'SHA256';
  return (
    `If you know it to be the right one, trust it on purpose: --${prefix}-tls-fingerprint ${pin}, ` +
    'or its authority: --tls-ca FILE.'
  );
}
