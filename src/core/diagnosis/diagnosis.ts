/** Why a server of an account could not be used: what was tried, what came back, what is likely, and what to do. Pure. */

import type { Layer } from '../../errors.ts';
import type { Circumstances, Failure, Finding } from './circumstances.ts';
import { busyFindings, loginFindings } from './login.ts';
import { connectFindings, greetingFindings, resolveFindings } from './network.ts';
import { tlsFindings } from './tls.ts';

/** Likeliest first: user name and password, then the server data, then whether the provider can be reached. */
export interface Diagnosis {
  /** `logging in to imap.example.org:993 as you@example.org` */
  readonly tried: string;
  /** What came back: the error's words. */
  readonly answered: string;
  /** Only those that can be; none where the answer says it all. */
  readonly causes: readonly string[];
  /** In the order of the causes, each once. */
  readonly remedies: readonly string[];
}

export function diagnose(failure: Failure, circumstances: Circumstances): Diagnosis {
  const found = findings(failure, circumstances);
  const causes = found.flatMap(({ cause }) => cause ?? []);
  const remedies = found.flatMap(({ remedy }) => remedy ?? []);
  const advised = remedies.length > 0 ? remedies : [failure.remedy ?? []].flat();
  return {
    tried: attempt(failure.layer, circumstances),
    answered: failure.message,
    causes: [...new Set(causes)],
    remedies: [...new Set(advised)],
  };
}

function findings(failure: Failure, circumstances: Circumstances): readonly Finding[] {
  switch (failure.layer) {
    case null:
    case 'capabilities':
      return [];
    case 'resolve':
      return resolveFindings(circumstances);
    case 'connect':
      return connectFindings(circumstances);
    case 'tls':
      return tlsFindings(failure, circumstances);
    case 'greeting':
      return greetingFindings(failure, circumstances);
    case 'login':
      return loginFindings(failure, circumstances);
    case 'session':
      return sessionFindings(failure, circumstances);
  }
}

function attempt(layer: Layer | null, { host, port, ...rest }: Circumstances): string {
  const place = `${host}:${String(port)}`;
  const { service, security, username, address } = rest;
  switch (layer) {
    case null:
      return 'reading the password; no server was asked';
    case 'resolve':
      return `looking up the name ${host}`;
    case 'connect':
      return `connecting to ${place}`;
    case 'tls':
      return `encrypting the connection to ${place} (${security})`;
    case 'greeting':
      return `waiting for ${place} to greet as ${service.toUpperCase()} servers do`;
    case 'capabilities':
      return `asking ${place} what it can`;
    case 'login':
      return username === null ? `using ${place}` : `logging in to ${place} as ${username}`;
    case 'session':
      return service === 'smtp'
        ? `asking ${place} to take mail from ${address}`
        : `looking into the mailbox on ${place}`;
  }
}

/** A sender that is refused is the one thing an SMTP session is tried for; of a mailbox the server's words say it all. */
function sessionFindings(failure: Failure, circumstances: Circumstances): readonly Finding[] {
  const { service, address, username } = circumstances;
  if (service !== 'smtp' || failure.code === 'timeout') return [];
  if (failure.code === 'temporary') return busyFindings(circumstances);
  if (username === null || failure.code === 'credentials')
    return [
      {
        cause: 'the server takes mail from nobody who has not logged in',
        remedy: 'Let it log in: --out-credentials same (or own).',
      },
    ];
  return [
    {
      cause: `this login may not send as ${address}`,
      remedy: 'Check the address: --email ADDRESS.',
    },
    {
      remedy: `Or allow ${address} as a sender in the settings of the mailbox ${username}, at its provider.`,
    },
  ];
}
