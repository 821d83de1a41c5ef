/** Which way to log in: SASL, or POP3's own commands; chosen strictly. */

import type { AuthMethod } from '../../core/account/account.ts';
import { RefusedError } from '../../errors.ts';
import { chooseMechanism, passwordInClear } from '../../wire/sasl.ts';
import type { SaslMechanism } from '../../wire/sasl-exchange.ts';
import type { Capabilities } from './capabilities.ts';

/** APOP and USER (with PASS) are commands of POP3 itself, the others go by AUTH. */
export type Method = SaslMechanism | 'APOP' | 'USER';

export interface MethodChoice {
  readonly wanted: AuthMethod;
  readonly capabilities: Capabilities;
  readonly timestamp: string | null;
  /** By TLS or on loopback. */
  readonly confidential: boolean;
  readonly allowInsecure: boolean;
}

const revealing: readonly Method[] = ['PLAIN', 'LOGIN', 'USER'];
const proving: readonly Method[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5', 'APOP'];

/**
 * Strict as chooseMechanism of the wire, whose order it keeps, with POP3's own commands added. `login` is LOGIN by SASL,
 * or USER and PASS, its older twin: both show name and password as they are.
 */
export function chooseMethod(choice: MethodChoice): Method {
  const { wanted, capabilities, confidential, allowInsecure } = choice;
  const offered = offeredMethods(choice);
  if (wanted === 'apop') return theApop(offered);
  if (wanted === 'login' && !offered.has('LOGIN') && offered.has('USER')) {
    if (!confidential && !allowInsecure) throw passwordInClear();
    return 'USER';
  }
  const found = wanted === 'auto' ? inOrder(choice).find((each) => offered.has(each)) : undefined;
  return (
    found ?? chooseMechanism({ wanted, offered: capabilities.sasl, confidential, allowInsecure })
  );
}

function inOrder({ confidential, allowInsecure }: MethodChoice): readonly Method[] {
  if (confidential) return [...revealing, ...proving];
  return allowInsecure ? [...proving, ...revealing] : proving;
}

function offeredMethods({ capabilities, timestamp }: MethodChoice): ReadonlySet<string> {
  const offered = new Set(capabilities.sasl);
  if (timestamp !== null) offered.add('APOP');
  // RFC 2449 6.3: announced as USER; a server that announces no way to log in at all is older than that.
  if (capabilities.names.has('USER') || !capabilities.names.has('SASL')) offered.add('USER');
  return offered;
}

function theApop(offered: ReadonlySet<string>): Method {
  if (offered.has('APOP')) return 'APOP';
  throw new RefusedError('the server does not offer APOP, which the account asks for', {
    layer: 'login',
    remedy: 'Set `auth: auto`, or another method.',
  });
}

/**
 * The way to try where the server refuses the command AUTH itself: USER and PASS, where they show no more than what was refused
 * and are on offer. Null where there is none.
 */
export function otherMethod(refused: Method, choice: MethodChoice): Method | null {
  const { wanted, confidential, allowInsecure } = choice;
  const isFree = wanted === 'auto' || (wanted === 'login' && refused === 'LOGIN');
  const isSafe = confidential || allowInsecure;
  const byAuth = refused !== 'USER' && refused !== 'APOP';
  return byAuth && isFree && isSafe && offeredMethods(choice).has('USER') ? 'USER' : null;
}
