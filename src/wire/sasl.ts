/** SASL on the client's side (RFC 4422): one exchange a mechanism, and which mechanism it shall be. */

import type { SaslExchange, SaslMechanism } from './sasl-exchange.ts';
import { createHmac, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { AuthMethod } from '../core/account/account.ts';
import { ConfigurationError, CredentialsError, RefusedError } from '../errors.ts';
import { startScram } from './sasl-scram.ts';

export interface SaslInput {
  readonly username: string;
  /** The access token for XOAUTH2 and OAUTHBEARER. */
  readonly password: string;
  /** OAUTHBEARER names them (RFC 7628 3.1). */
  readonly host?: string;
  readonly port?: number;
  /** Octets for nonces; tests give fixed ones. */
  readonly random?: (octets: number) => Buffer;
}

export function startSasl(mechanism: SaslMechanism, input: SaslInput): SaslExchange {
  const { username, password } = input;
  switch (mechanism) {
    case 'PLAIN':
      return scripted(mechanism, plain(username, password), []);
    case 'LOGIN':
      return scripted(mechanism, null, [username, password]);
    case 'CRAM-MD5':
      return cramMd5(username, password);
    case 'SCRAM-SHA-1':
    case 'SCRAM-SHA-256':
      return startScram(mechanism, { username, password, random: input.random ?? randomBytes });
    case 'XOAUTH2':
      // An answer to the error that the server reports as a challenge; it refuses after that.
      return scripted(mechanism, `user=${username}\x01auth=Bearer ${password}\x01\x01`, ['']);
    case 'OAUTHBEARER':
      return scripted(mechanism, oauthBearer(input), ['\x01']);
    case 'EXTERNAL':
      // RFC 4422, appendix A: the authorization identity; the certificate says the rest.
      return scripted(mechanism, username, []);
  }
}

/** RFC 4616: no authorization identity. NUL separates, so it can be in neither. */
function plain(username: string, password: string): string {
  if (`${username}${password}`.includes('\0')) {
    throw new CredentialsError('the user name or the password holds a NUL character', {
      layer: 'login',
    });
  }
  return `\0${username}\0${password}`;
}

/** RFC 7628 3.1, with the GS2 header of RFC 5801; `,` and `=` of the name are escaped. */
function oauthBearer({ username, password, host, port }: SaslInput): string {
  const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const fields = [
    `n,a=${name},`,
    ...(host === undefined ? [] : [`host=${host}`]),
    ...(port === undefined ? [] : [`port=${port}`]),
    `auth=Bearer ${password}`,
  ];
  return `${fields.join('\x01')}\x01\x01`;
}

/** A mechanism whose answers do not depend on the challenges. */
function scripted(
  mechanism: SaslMechanism,
  initial: string | null,
  answers: readonly string[],
): SaslExchange {
  const left = [...answers];
  return {
    mechanism,
    initialResponse: initial === null ? null : Buffer.from(initial),
    respond() {
      const answer = left.shift();
      if (answer === undefined) throw unexpectedChallenge(mechanism);
      return Buffer.from(answer);
    },
    finish() {},
  };
}

/** RFC 2195: the challenge signed with the password. */
function cramMd5(username: string, password: string): SaslExchange {
  let answered = false;
  return {
    mechanism: 'CRAM-MD5',
    initialResponse: null,
    respond(challenge) {
      if (answered) throw unexpectedChallenge('CRAM-MD5');
      answered = true;
      const digest = createHmac('md5', password).update(challenge).digest('hex');
      return Buffer.from(`${username} ${digest}`);
    },
    finish() {},
  };
}

function unexpectedChallenge(mechanism: SaslMechanism): RefusedError {
  return new RefusedError(`the server asks for more than ${mechanism} has to say`, {
    layer: 'login',
    remedy: 'Choose another authentication method.',
  });
}

const challengeResponse: readonly SaslMechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5'];
const plainText: readonly SaslMechanism[] = ['PLAIN', 'LOGIN'];
/** What would give itself away to whoever listens. */
const revealing: readonly SaslMechanism[] = [...plainText, 'XOAUTH2', 'OAUTHBEARER'];

export interface MechanismChoice {
  readonly wanted: AuthMethod;
  /** Mechanisms as the server names them, in upper case. */
  readonly offered: ReadonlySet<string>;
  /** As isConfidential says. */
  readonly confidential: boolean;
  /**
   * Plain passwords may leave in clear all the same. Left out where `confidential` has it in already; given apart, `auto`
   * still prefers what reveals nothing.
   */
  readonly allowInsecure?: boolean;
}

/**
 * The mechanism to log in with. Strict: one that was asked for is taken or refused (RefusedError), never replaced. `auto`
 * takes PLAIN first where the connection is confidential: it works with every way of storing passwords, while SCRAM and
 * CRAM-MD5 are often announced for users who have no verifier for them, and that failure looks like a wrong password, and
 * counts as one in the server's lockout. In clear it takes challenge and response alone (ConfigurationError otherwise).
 */
export function chooseMechanism(choice: MechanismChoice): SaslMechanism {
  if (choice.wanted !== 'auto') return theWanted(choice, choice.wanted);
  const preferred = preferences(choice);
  const found = preferred.find((mechanism) => choice.offered.has(mechanism));
  if (found !== undefined) return found;
  if (!choice.confidential && choice.allowInsecure !== true) throw passwordInClear();
  throw notOffered('no authentication method that posthorn can use with a password', choice);
}

function preferences({ confidential, allowInsecure }: MechanismChoice): readonly SaslMechanism[] {
  if (confidential) return [...plainText, ...challengeResponse];
  return allowInsecure === true ? [...challengeResponse, ...plainText] : challengeResponse;
}

function theWanted(choice: MechanismChoice, wanted: Exclude<AuthMethod, 'auto'>): SaslMechanism {
  if (wanted === 'apop') {
    throw new RefusedError('APOP is a command of POP3; the server offers it nowhere here', {
      layer: 'login',
      remedy: 'Set `auth: auto`, or another method.',
    });
  }
  const mechanism = wanted.toUpperCase() as SaslMechanism;
  const safe = choice.confidential || choice.allowInsecure === true;
  if (!safe && revealing.includes(mechanism)) throw passwordInClear();
  if (!choice.offered.has(mechanism)) {
    throw notOffered(`no authentication by ${mechanism}, which the account asks for`, choice);
  }
  return mechanism;
}

function notOffered(what: string, { offered }: MechanismChoice): RefusedError {
  const names = [...offered].sort().join(', ');
  return new RefusedError(`the server offers ${what} (it offers: ${names || 'nothing'})`, {
    layer: 'login',
    remedy:
      names === ''
        ? 'Set `security: tls` or `starttls`: many servers offer a login on an encrypted connection alone.'
        : 'Set `auth` to what the server offers, or `auth: auto`.',
  });
}

/** Refusal to show a password to whoever listens. */
export function passwordInClear(): ConfigurationError {
  return new ConfigurationError('the password would leave without encryption', {
    layer: 'login',
    remedy:
      'Set `security: tls` (or starttls); --allow-insecure sends it in clear where nothing else is left.',
  });
}

/** Whether a password may be shown on this connection: by TLS, because it never leaves the machine, or by leave. */
export function isConfidential(connection: {
  readonly tls: boolean;
  /** The connected peer's address (socket.remoteAddress); a name proves nothing. */
  readonly remoteAddress: string | undefined;
  readonly allowInsecure: boolean;
}): boolean {
  return connection.tls || connection.allowInsecure || isLoopback(connection.remoteAddress);
}

/** 127.0.0.0/8 and ::1, also as IPv4-mapped IPv6 (RFC 4291 2.5.5.2); false for whatever is no address. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return (isIP(bare) === 4 && bare.startsWith('127.')) || bare === '::1';
}
