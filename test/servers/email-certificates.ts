/** E-mail certificates for tests, made with openssl: as PEM, as PKCS#12, of an old kind, and broken ones. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from './authority.ts';
import { output, requirePrograms } from './programs.ts';

const openssl = '/usr/bin/openssl';

/** Paths; the password of all that have one is `geheim`. */
export interface EmailCertificates {
  /** Certificate and key. */
  readonly pem: string;
  readonly encryptedPem: string;
  readonly certificateAlone: string;
  readonly keyAlone: string;
  /** The certificate, and the key of another one. */
  readonly mixed: string;
  /** The other's certificate before the right one: a chain in no order. */
  readonly chain: string;
  readonly expired: string;
  readonly p12: string;
  readonly p12WithoutPassword: string;
  readonly p12WithoutKey: string;
  /** RC2, as programs wrote it for twenty years. */
  readonly oldP12: string;
}

export const certificatePassword = 'geheim';

/** Into `folder`, which exists; valid for 60 days, for these addresses. */
export async function makeEmailCertificates(
  folder: string,
  addresses: readonly string[],
): Promise<EmailCertificates> {
  await requirePrograms([openssl]);
  const place = (name: string): string => join(folder, name);
  const own = await selfSigned(folder, 'own', addresses);
  const other = await selfSigned(folder, 'other', ['other@example.org']);
  const authority = await createAuthority(place('authority'));
  const old = await authority.certificate('expired');
  const joined = async (name: string, ...parts: string[]): Promise<string> => {
    const texts = await Promise.all(parts.map((part) => readFile(part, 'utf8')));
    await writeFile(place(name), texts.join(''));
    return place(name);
  };
  const pass = `pass:${certificatePassword}`;
  const encrypted = place('encrypted.key');
  await output(openssl, ['pkey', '-aes256', '-passout', pass, '-in', own.key, '-out', encrypted]);
  const pack = async (name: string, ...words: string[]): Promise<string> => {
    await output(openssl, ['pkcs12', '-export', '-in', own.cert, ...words, '-out', place(name)]);
    return place(name);
  };
  return {
    pem: await joined('both.pem', own.cert, own.key),
    encryptedPem: await joined('encrypted.pem', own.cert, encrypted),
    certificateAlone: own.cert,
    keyAlone: own.key,
    mixed: await joined('mixed.pem', own.cert, other.key),
    chain: await joined('chain.pem', other.cert, own.key, own.cert),
    expired: await joined('expired.pem', old.cert, old.key),
    p12: await pack('own.p12', '-inkey', own.key, '-passout', pass),
    p12WithoutPassword: await pack('open.p12', '-inkey', own.key, '-passout', 'pass:'),
    p12WithoutKey: await pack('nokey.p12', '-nokeys', '-passout', pass),
    oldP12: await pack('old.p12', '-legacy', '-inkey', own.key, '-passout', pass),
  };
}

async function selfSigned(
  folder: string,
  name: string,
  addresses: readonly string[],
): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const names = `subjectAltName=${addresses.map((each) => `email:${each}`).join(',')}`;
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-keyout', key, '-out', cert];
  const subject = ['-subj', '/CN=Anna Beispiel', '-addext', names];
  await output(openssl, ['req', '-x509', ...curve, '-days', '60', ...subject, ...out]);
  return { cert, key };
}
