/** Which ways to log in there are, the best first. */

import type { IncomingServer } from '../../../core/account/account.ts';
import { chooseMechanism, isConfidential } from '../../../wire/sasl.ts';
import type { SaslMechanism } from '../../../wire/sasl-exchange.ts';

/** A SASL mechanism, or the command LOGIN of RFC 9051, section 6.2.3. */
export type LoginMethod = { sasl: SaslMechanism } | 'LOGIN';

/** What the choice depends on, besides the account. */
export interface LoginGround {
  /** As the server names them, in any case. */
  readonly capabilities: readonly string[];
  readonly tls: boolean;
  readonly remoteAddress: string | undefined;
}

type LoginSettings = Pick<IncomingServer, 'auth' | 'allowInsecure'>;

const usual: readonly SaslMechanism[] = [
  'PLAIN',
  'LOGIN',
  'CRAM-MD5',
  'SCRAM-SHA-1',
  'SCRAM-SHA-256',
];

/**
 * How to log in. The command LOGIN stands in for the mechanism LOGIN where the server does not announce that one,
 * unless LOGINDISABLED forbids it; for `auto` only where nothing else is on offer. `untaken`: mechanisms that the server
 * announced and does not know. Errors as chooseMechanism.
 */
export function chooseLogin(
  server: LoginSettings,
  { capabilities, tls, remoteAddress }: LoginGround,
  untaken: ReadonlySet<string> = new Set(),
): LoginMethod {
  const names = capabilities.map((name) => name.toUpperCase());
  const announced = names.filter((name) => name.startsWith('AUTH=')).map((name) => name.slice(5));
  const offered = new Set(announced.filter((name) => !untaken.has(name)));
  const wantsLogin =
    server.auth === 'login' || (server.auth === 'auto' && !usual.some((each) => offered.has(each)));
  const byCommand = wantsLogin && !offered.has('LOGIN') && !names.includes('LOGINDISABLED');
  if (byCommand) offered.add('LOGIN');
  const sasl = chooseMechanism({
    wanted: server.auth,
    offered,
    confidential: isConfidential({ tls, remoteAddress, allowInsecure: false }),
    allowInsecure: server.allowInsecure,
  });
  return byCommand && sasl === 'LOGIN' ? 'LOGIN' : { sasl };
}
