/** E-mail certificates as people have them: read, or refused with what to do. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificates } from '../../../src/adapters/smime/certificates.ts';
import type { CertificateFacts } from '../../../src/ports/accounts/certificates.ts';
import {
  certificatePassword,
  makeEmailCertificates,
  type EmailCertificates,
} from '../../servers/email-certificates.ts';

let folder: string;
let made: EmailCertificates;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-smime-'));
  made = await makeEmailCertificates(folder, ['anna@example.org', 'a@xn--mller-kva.example']);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(
  kind: keyof EmailCertificates,
  password: string | null,
): Promise<CertificateFacts> {
  const file = made[kind];
  return certificates.read({ file, octets: await readFile(file), password });
}

describe('what is read', () => {
  it.each([
    ['pem', null],
    ['pem', 'not needed'],
    ['chain', null],
    ['encryptedPem', certificatePassword],
    ['p12', certificatePassword],
    ['p12WithoutPassword', null],
  ] as const)('%s, password %s', async (kind, password) => {
    const facts = await read(kind, password);
    expect(facts).toMatchObject({
      subject: 'Anna Beispiel',
      addresses: ['anna@example.org', 'a@xn--mller-kva.example'],
    });
    expect(facts.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(facts.validTo - facts.validFrom).toBe(60 * 86_400_000);
  });

  it('an expired one all the same: when it ends is for others to judge', async () => {
    const { validTo } = await read('expired', null);
    expect(validTo).toBeLessThan(Date.now());
  });

  it.each([
    ['anna@example.org', true],
    ['Anna@EXAMPLE.org', true],
    ['a@müller.example', true],
    ['berta@example.org', false],
  ])('speaks for %s: %s', async (address, expected) => {
    expect(await certificates.speaksFor(await read('pem', null), address)).toBe(expected);
  });
});

describe('what is refused', () => {
  it.each([
    ['mixed', null, 65, 'belongs to another certificate'],
    ['certificateAlone', null, 65, 'holds no private key'],
    ['keyAlone', null, 65, 'holds no certificate'],
    ['encryptedPem', null, 77, 'no password is set'],
    ['encryptedPem', 'falsch', 77, 'is wrong'],
    ['p12', null, 77, 'no password is set'],
    ['p12', 'falsch', 77, 'is wrong'],
    ['p12WithoutKey', certificatePassword, 65, 'holds no private key'],
    ['oldP12', certificatePassword, 65, 'OpenSSL 3 no longer reads'],
  ] as const)('%s, password %s', async (kind, password, exitStatus, words) => {
    const refusal: unknown = await read(kind, password).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ exitStatus, reach: 'account' });
    const { message, remedy } = refusal as { message: string; remedy: string };
    expect(message).toContain(words);
    expect(message).toContain(made[kind]);
    expect(remedy).not.toBe('');
    expect(`${message} ${remedy}`).not.toContain('falsch');
  });

  it('says how an old one is converted', async () => {
    const refusal: unknown = await read('oldP12', certificatePassword).catch((e: unknown) => e);
    expect(refusal).toMatchObject({
      remedy: expect.stringContaining(`openssl pkcs12 -legacy -in ${made.oldP12}`) as string,
    });
  });

  it.each(['', 'Anna', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '\u0000'])(
    'octets that are none: %j',
    async (text) => {
      const given = { file: 'x', octets: Buffer.from(text), password: null };
      await expect(certificates.read(given)).rejects.toMatchObject({
        exitStatus: 65,
        message: 'the certificate file x holds no certificate',
      });
    },
  );
});
