/** SCRAM-SHA-1 and SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677): both sides prove the password, none shows it. */

import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { CredentialsError, RefusedError } from '../errors.ts';
import { printable } from './printable.ts';
import type { SaslExchange } from './sasl-exchange.ts';

type ScramMechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256';

export interface ScramInput {
  readonly username: string;
  readonly password: string;
  readonly random: (octets: number) => Buffer;
}

/** RFC 5802 5.1 and RFC 7677 4: at least 4096, or whoever plays the server could guess the password from our proof cheaply. */
const fewestIterations = 4096;
/** Above it the server would keep this process busy instead (about a third of a second). */
const mostIterations = 1_000_000;
/** GS2 header `n,,`: no channel binding, no authorization identity. */
const gs2Header = 'n,,';

export function startScram(mechanism: ScramMechanism, input: ScramInput): SaslExchange {
  const digest = mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
  const nonce = input.random(18).toString('base64');
  const name = saslPrep(input.username).replaceAll('=', '=3D').replaceAll(',', '=2C');
  const firstBare = `n=${name},r=${nonce}`;
  let expected: Buffer | null = null;
  let proven = false;

  const proof = (challenge: Buffer): Buffer => {
    const first = serverFirst(challenge, nonce);
    const keys = deriveKeys(digest, input.password, first);
    const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${first.nonce}`;
    const authMessage = `${firstBare},${first.text},${withoutProof}`;
    expected = hmac(digest, keys.server, authMessage);
    const signature = hmac(digest, keys.stored, authMessage);
    return Buffer.from(`${withoutProof},p=${xor(keys.client, signature).toString('base64')}`);
  };

  return {
    mechanism,
    initialResponse: Buffer.from(gs2Header + firstBare),
    respond(challenge) {
      if (expected === null) return proof(challenge);
      if (proven) throw broken('goes on after its last message');
      checkServerFinal(challenge, expected);
      proven = true;
      return Buffer.alloc(0);
    },
    finish() {
      // RFC 5802 3: the client must not take a success for one without the server's signature.
      if (!proven) throw impostor();
    },
  };
}

interface ServerFirst {
  readonly text: string;
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** `r=…,s=…,i=…` in this order (RFC 5802 7); `m=` announces an extension that must be understood, so it is refused. */
function serverFirst(challenge: Buffer, clientNonce: string): ServerFirst {
  const text = challenge.toString('utf8');
  const [, nonce, salt, count] =
    /^r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9})(?:,|$)/.exec(text) ?? [];
  if (nonce === undefined || salt === undefined) throw broken('sends a first message that is none');
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw broken('does not return our nonce');
  }
  const iterations = Number(count);
  if (iterations < fewestIterations || iterations > mostIterations) {
    throw broken(`wants ${iterations} iterations, which is out of bounds`);
  }
  return { text, nonce, salt: Buffer.from(salt, 'base64'), iterations };
}

function deriveKeys(digest: string, password: string, first: ServerFirst) {
  const length = digest === 'sha1' ? 20 : 32;
  const salted = pbkdf2Sync(saslPrep(password), first.salt, first.iterations, length, digest);
  const client = hmac(digest, salted, 'Client Key');
  return {
    client,
    stored: createHash(digest).update(client).digest(),
    server: hmac(digest, salted, 'Server Key'),
  };
}

function checkServerFinal(challenge: Buffer, expected: Buffer): void {
  const text = challenge.toString('utf8');
  if (text.startsWith('e=')) {
    throw new CredentialsError(`the server refused the login: ${printable(text.slice(2))}`, {
      layer: 'login',
      remedy: 'Check the user name and the password.',
    });
  }
  const given = Buffer.from(/^v=([A-Za-z0-9+/=]+)/.exec(text)?.[1] ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw impostor();
}

function impostor(): CredentialsError {
  return new CredentialsError('the server could not prove that it knows the password', {
    layer: 'login',
    remedy: 'Make sure that this is the right server: another one may stand in its place.',
  });
}

function broken(what: string): RefusedError {
  return new RefusedError(`the server breaks the rules of SCRAM: it ${what}`, {
    layer: 'login',
    remedy: 'Choose another authentication method.',
  });
}

function hmac(digest: string, key: Buffer, text: string): Buffer {
  return createHmac(digest, key).update(text).digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((octet, index) => octet ^ (b[index] ?? 0)));
}

/**
 * SASLprep (RFC 4013 2.1, 2.2): spaces to one kind, invisible characters to nothing, NFKC. What it forbids is left to
 * the server, which has prepared its side.
 */
function saslPrep(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
  const nothing =
    /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
  return text.replace(spaces, ' ').replace(nothing, '').normalize('NFKC');
}
