/** Why a server of an account could not be used: what was tried, what came back, what is likely, and what to do. Pure. */

import type { Layer } from '../../errors.ts';
import type { AuthMethod, Security } from '../account/account.ts';
import type { ConnectionStep } from './connection-step.ts';
import { loginFindings } from './login.ts';
import { connectFindings, greetingFindings, resolveFindings } from './network.ts';
import { tlsFindings } from './tls.ts';
import type { Service } from '../discovery/discovery.ts';
import type { Provider } from '../providers/provider.ts';
import type { SecretRef } from '../account/secret-ref.ts';

/** What stopped it: the parts of an error of ours. `layer` null: nothing was tried on the network. */
export interface Failure {
  readonly layer: Layer | null;
  /** Of the error: `credentials`, `certificate`, `refused`, `temporary`, `timeout`, `configuration` … */
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** What the account says of this server, and how far the connection came. */
export interface Circumstances {
  readonly service: Service;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly auth: AuthMethod;
  /** Null: without a login. */
  readonly username: string | null;
  /** Sending with name and password of the incoming server. */
  readonly sameLogin: boolean;
  /** Where the password comes from; null where there is none. */
  readonly passwordFrom: SecretRef['kind'] | null;
  /** The account's address. */
  readonly address: string;
  /** Whose server this is, and whose the address is, where that is known. */
  readonly provider: Provider | null;
  readonly addressProvider: Provider | null;
  /** What went well, in order. */
  readonly steps: readonly ConnectionStep[];
}

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

/** One cause and what to do about it; either may say it all. */
export interface Finding {
  readonly cause?: string | undefined;
  readonly remedy?: string | undefined;
}

export function diagnose(failure: Failure, circumstances: Circumstances): Diagnosis {
  const found = findings(failure, circumstances);
  const causes = found.flatMap(({ cause }) => cause ?? []);
  const remedies = found.flatMap(({ remedy }) => remedy ?? []);
  const told = remedies.length > 0 ? remedies : [failure.remedy ?? []].flat();
  return {
    tried: attempt(failure.layer, circumstances),
    answered: failure.message,
    causes: [...new Set(causes)],
    remedies: [...new Set(told)],
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
