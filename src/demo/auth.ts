/** The server's side of SASL (RFC 4422): PLAIN, LOGIN and CRAM-MD5 against the demo's users. */

import { createHmac, randomBytes } from 'node:crypto';
import type { DemoUser } from './mail/mailbox.ts';

export type Mechanism = 'PLAIN' | 'LOGIN' | 'CRAM-MD5';

export const allMechanisms: readonly Mechanism[] = ['PLAIN', 'LOGIN', 'CRAM-MD5'];

/** Sends a challenge and brings the answer, both decoded; undefined: the client gave up with `*`. */
export type Exchange = (challenge: string) => Promise<Buffer | undefined>;

export function findUser(
  users: readonly DemoUser[],
  name: string,
  password: string,
): DemoUser | undefined {
  return users.find((user) => user.name === name && user.password === password);
}

/** The user who has proved to be one, or undefined. `initial` is the initial response (RFC 4959), decoded. */
export async function authenticate(
  users: readonly DemoUser[],
  mechanism: Mechanism,
  initial: Buffer | undefined,
  exchange: Exchange,
): Promise<DemoUser | undefined> {
  switch (mechanism) {
    case 'PLAIN': {
      // RFC 4616: authzid NUL authcid NUL password
      const [, name = '', password = ''] = String(initial ?? (await exchange(''))).split('\0');
      return findUser(users, name, password);
    }
    case 'LOGIN': {
      const name = String(initial ?? (await exchange('Username:')));
      return findUser(users, name, String(await exchange('Password:')));
    }
    case 'CRAM-MD5':
      return await cramMd5(users, exchange);
  }
}

/** RFC 2195. */
async function cramMd5(
  users: readonly DemoUser[],
  exchange: Exchange,
): Promise<DemoUser | undefined> {
  const challenge = timestamp();
  const answer = String(await exchange(challenge));
  const space = answer.lastIndexOf(' ');
  return users.find(
    (user) =>
      user.name === answer.slice(0, space) &&
      createHmac('md5', user.password).update(challenge).digest('hex') === answer.slice(space + 1),
  );
}

/** A msg-id never used before, as APOP and CRAM-MD5 want it. */
export function timestamp(): string {
  return `<${randomBytes(8).toString('hex')}@localhost>`;
}

export function isMechanism(name: string): name is Mechanism {
  return allMechanisms.some((mechanism) => mechanism === name);
}

/** Base64 as it stands on the wire; `=` is an empty initial response (RFC 4959 section 3). */
export function fromBase64(text: string): Buffer {
  return Buffer.from(text === '=' ? '' : text, 'base64');
}
