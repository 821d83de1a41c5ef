/** A certificate authority for tests, made with openssl: good, expired, wrong-host and self-signed certificates. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { output, requirePrograms } from './programs.ts';

const openssl = '/usr/bin/openssl';

/** Paths of PEM files. */
export interface Certificate {
  cert: string;
  key: string;
}

export interface CertificateOptions {
  /** File name without extension, unique within the authority. */
  name: string;
  /** Names and IPv4 addresses of the server; `localhost`, 127.0.0.1 and 127.0.0.2 unless given. */
  hosts?: readonly string[];
  /** Validity, 30 days unless given. */
  days?: number;
  /** Begin of the validity, an hour ago unless given. */
  notBefore?: Date;
  algorithm?: 'ec' | 'rsa';
}

export interface Authority {
  /** Path of the authority's own certificate: what a client has to trust. */
  ca: string;
  issue(options: CertificateOptions): Promise<Certificate>;
  /** Signed by its own key alone. */
  selfSigned(options: CertificateOptions): Promise<Certificate>;
  /** The four kinds by name, each made when first asked for. */
  certificate(kind: CertificateKind): Promise<Certificate>;
}

export type CertificateKind = 'good' | 'expired' | 'wrong-host' | 'self-signed';

const loopback = ['localhost', '127.0.0.1', '127.0.0.2'];
const hour = 3_600_000;

const configuration = (dir: string): string => `
[req]
distinguished_name = dn
prompt = no
[dn]
CN = posthorn test authority
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca]
default_ca = here
[here]
database = ${dir}/index.txt
new_certs_dir = ${dir}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
[anything]
commonName = supplied
`;

function extensions(hosts: readonly string[]): string {
  const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`));
  return [
    'basicConstraints = critical,CA:FALSE',
    'extendedKeyUsage = serverAuth',
    `subjectAltName = ${names.join(',')}`,
    '',
  ].join('\n');
}

function keyArguments(algorithm: 'ec' | 'rsa'): string[] {
  if (algorithm === 'rsa') return ['-newkey', 'rsa:2048'];
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
}

/** YYYYMMDDHHMMSSZ, as `openssl ca` wants it. */
const asn1Time = (date: Date): string => date.toISOString().replace(/[-:T]|\.\d+/g, '');

class TestAuthority implements Authority {
  readonly ca: string;
  readonly #dir: string;
  readonly #made = new Map<CertificateKind, Promise<Certificate>>();
  /** `openssl ca` keeps a database that two runs at once would spoil. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(dir: string) {
    this.#dir = dir;
    this.ca = join(dir, 'ca.pem');
  }

  async create(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    await writeFile(join(this.#dir, 'openssl.cnf'), configuration(this.#dir));
    await writeFile(join(this.#dir, 'index.txt'), '');
    await this.#request('ca', 'ec', ['-x509', '-extensions', 'authority', '-days', '30'], this.ca);
  }

  issue(options: CertificateOptions): Promise<Certificate> {
    const done = this.#last.then(() => this.#sign(options));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async selfSigned(options: CertificateOptions): Promise<Certificate> {
    const { name, hosts = loopback, days = 30, algorithm = 'ec' } = options;
    const names = extensions(hosts).trim().split('\n');
    const added = names.flatMap((line) => ['-addext', line]);
    const cert = join(this.#dir, `${name}.pem`);
    const extra = ['-x509', '-subj', `/CN=${hosts[0]}`, '-days', String(days), ...added];
    return { cert, key: await this.#request(name, algorithm, extra, cert) };
  }

  certificate(kind: CertificateKind): Promise<Certificate> {
    const made = this.#made.get(kind) ?? this.#make(kind);
    this.#made.set(kind, made);
    return made;
  }

  #make(kind: CertificateKind): Promise<Certificate> {
    switch (kind) {
      case 'good':
        return this.issue({ name: kind });
      case 'expired':
        return this.issue({ name: kind, days: 1, notBefore: new Date(Date.now() - 72 * hour) });
      case 'wrong-host':
        return this.issue({ name: kind, hosts: ['mail.example.net'] });
      case 'self-signed':
        return this.selfSigned({ name: kind });
    }
  }

  async #sign(options: CertificateOptions): Promise<Certificate> {
    const { name, hosts = loopback, days = 30, algorithm = 'ec' } = options;
    const begin = options.notBefore ?? new Date(Date.now() - hour);
    const file = (kind: string): string => join(this.#dir, `${name}.${kind}`);
    await writeFile(file('ext'), extensions(hosts));
    const key = await this.#request(name, algorithm, ['-subj', `/CN=${hosts[0]}`], file('csr'));
    const validity = ['-startdate', asn1Time(begin)];
    validity.push('-enddate', asn1Time(new Date(begin.getTime() + days * 24 * hour)));
    const signer = ['-cert', this.ca, '-keyfile', join(this.#dir, 'ca.key')];
    const files = ['-extfile', file('ext'), '-in', file('csr'), '-out', file('pem')];
    const config = ['-config', join(this.#dir, 'openssl.cnf')];
    await output(openssl, ['ca', '-batch', '-notext', ...config, ...signer, ...validity, ...files]);
    return { cert: file('pem'), key };
  }

  /** Makes a key and a request (or, with -x509, a certificate); returns the key's path. */
  async #request(name: string, algorithm: 'ec' | 'rsa', extra: string[], out: string) {
    const key = join(this.#dir, `${name}.key`);
    const config = ['-config', join(this.#dir, 'openssl.cnf'), '-sha256', '-nodes'];
    const kind = keyArguments(algorithm);
    await output(openssl, [
      'req',
      '-new',
      ...kind,
      ...config,
      ...extra,
      '-keyout',
      key,
      '-out',
      out,
    ]);
    return key;
  }
}

/** Makes an authority in `dir`, which is created when missing and removed by whoever owns it. */
export async function createAuthority(dir: string): Promise<Authority> {
  await requirePrograms([openssl]);
  const authority = new TestAuthority(dir);
  await authority.create();
  return authority;
}
