/** Looks at the files that an account names before they are needed: there, readable, and what they should be. */

import type { Account, TlsSettings } from '../../core/account/account.ts';
import { asPosthornError, DataError, type PosthornError } from '../../errors.ts';
import type { CertificateFacts } from '../../ports/accounts/certificates.ts';
import type { Neighbours } from '../neighbours.ts';

/** What is to be said about one file. */
export interface FileVerdict {
  /** Key of the account, dotted. */
  readonly key: string;
  readonly path: string;
  /** What is good about it or deserves a word; null where there is an error. */
  readonly text: string | null;
  readonly level: 'good' | 'warning' | 'error';
  readonly error: PosthornError | null;
}

export interface FileChecks {
  readonly signal: AbortSignal;
  /** False: a password that a command prints is not asked for, and what it opens not looked into. */
  readonly runCommands: boolean;
  /** What an expired certificate is: nothing to begin with, or to put up with for now. */
  readonly expired: 'error' | 'warning';
}

type Reading = Pick<Neighbours, 'files' | 'certificates' | 'secrets' | 'clock'>;

const longestText = 64 * 1024;
const longestTemplate = 1024 * 1024;
const longestCertificate = 1024 * 1024;
const soon = 30 * 86_400_000;

/** Never throws. `accountId` finds a stored password; null where the account has met no state yet. */
export async function checkFiles(
  account: Account,
  accountId: string | null,
  neighbours: Reading,
  checks: FileChecks,
): Promise<FileVerdict[]> {
  const { files } = neighbours;
  const { signature, template, incoming, outgoing } = account;
  const plain = (key: string, path: string | undefined, limit: number): Promise<FileVerdict>[] =>
    path === undefined
      ? []
      : [verdict(key, path, async () => readable(await files.text(path, limit)))];
  const verdicts = await Promise.all([
    ...plain('signature.file', signature.file, longestText),
    ...plain('template', template, longestTemplate),
    ...certificateOf(account, accountId, neighbours, checks),
    ...tlsFiles('incoming', incoming?.tls, neighbours),
    ...tlsFiles('outgoing', outgoing?.tls, neighbours),
  ]);
  return verdicts;
}

type Finding = Pick<FileVerdict, 'level' | 'text'>;

function said(text: string): Finding {
  return { level: 'good', text };
}

function warned(text: string): Finding {
  return { level: 'warning', text };
}

function readable(text: string): Finding {
  return text.trim() === '' ? warned('it is empty') : said('readable');
}

async function verdict(
  key: string,
  path: string,
  look: () => Promise<Finding>,
): Promise<FileVerdict> {
  try {
    return { key, path, ...(await look()), error: null };
  } catch (thrown) {
    return { key, path, level: 'error', text: null, error: asPosthornError(thrown) };
  }
}

function tlsFiles(
  side: string,
  tls: TlsSettings | undefined,
  { files }: Reading,
): Promise<FileVerdict>[] {
  return (['ca', 'cert', 'key'] as const).flatMap((kind) => {
    const path = tls?.[kind];
    if (path === undefined) return [];
    const look = async (): Promise<Finding> => {
      const wanted = kind === 'key' ? 'PRIVATE KEY-----' : 'CERTIFICATE-----';
      if ((await files.text(path, longestCertificate)).includes(wanted)) return said('PEM');
      throw new DataError(`${path} holds no ${kind === 'key' ? 'private key' : 'certificate'}`, {
        reach: 'account',
        remedy: 'Name a PEM file.',
      });
    };
    return [verdict(`${side}.tls.${kind}`, path, look)];
  });
}

function certificateOf(
  account: Account,
  accountId: string | null,
  neighbours: Reading,
  checks: FileChecks,
): Promise<FileVerdict>[] {
  const { certificate } = account;
  if (certificate === undefined) return [];
  const { file, password: ref } = certificate;
  const look = async (): Promise<Finding> => {
    const octets = await neighbours.files.octets(file, longestCertificate);
    if (ref?.kind === 'command' && !checks.runCommands)
      return said('not looked into: a command prints its password');
    if (ref?.kind === 'stored' && accountId === null)
      return said('not looked into: its account has no id yet');
    const owner = { accountId: accountId ?? '', server: 'certificate' } as const;
    const password =
      ref === undefined ? null : await neighbours.secrets.read(ref, owner, checks.signal);
    const facts = await neighbours.certificates.read({ file, octets, password });
    return judged(facts, account, neighbours, checks);
  };
  return [verdict('certificate.file', file, look)];
}

async function judged(
  facts: CertificateFacts,
  account: Account,
  { clock, certificates }: Reading,
  { expired }: FileChecks,
): Promise<Finding> {
  const { identity } = account;
  const now = clock.now();
  if (facts.validTo < now) {
    if (expired === 'error') throw hasExpired(facts, account);
    return warned(`it expired on ${day(facts.validTo)}`);
  }
  const whose = `for ${facts.addresses.join(', ') || facts.subject}, until ${day(facts.validTo)}`;
  if (facts.validFrom > now) return warned(`${whose}; not valid before ${day(facts.validFrom)}`);
  if (!(await certificates.speaksFor(facts, identity.address)))
    return warned(`${whose}; the address of the account is ${identity.address}`);
  return facts.validTo < now + soon ? warned(`${whose}; that is soon`) : said(whose);
}

function hasExpired({ validTo }: CertificateFacts, { name, certificate }: Account): DataError {
  return new DataError(`the certificate ${certificate?.file ?? ''} expired on ${day(validTo)}`, {
    reach: 'account',
    remedy: `Get a new one, then: posthorn account edit ${name} --certificate FILE`,
  });
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
