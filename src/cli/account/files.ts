/** The files that an account names, looked at before it is saved, and told by account test and config check. */

import { isDeepStrictEqual } from 'node:util';
import { checkFiles, type FileVerdict } from '../../app/accounts/check-files.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { errorJson } from '../../app/sync/report-json.ts';
import type { Account } from '../../core/account/account.ts';
import { gravest } from '../../errors.ts';
import { oneLine, type Output } from '../terminal/output.ts';
import { printable } from '../../printable.ts';
import { homely } from '../terminal/text.ts';
import type { Run } from '../world.ts';

type Reading = Pick<Neighbours, 'files' | 'certificates' | 'secrets' | 'clock'>;

/** Everything about its files, for account test. */
export async function testFiles(
  { world }: Run,
  account: Account,
  id: string,
  neighbours: Reading,
): Promise<FileVerdict[]> {
  const checks = { signal: world.signal, runCommands: true, expired: 'error' } as const;
  return checkFiles(account, id, neighbours, checks);
}

/** An account that is about to be saved; `before` null: a new one. */
export interface Saving {
  readonly before: Account | null;
  readonly after: Account;
  readonly id: string;
  readonly skipTest: boolean;
}

/**
 * Throws the gravest error of a file that the account names newly; what was wrong with the others before is a warning, so that
 * a certificate that has expired meanwhile keeps nobody from changing the interval. The files of TLS are for reaching the servers: they are left alone where those are
 * not tested.
 */
export async function refuseBadFiles(
  run: Run,
  { before, after, id, skipTest }: Saving,
  neighbours: Reading,
): Promise<void> {
  const all = await testFiles(run, after, id, neighbours);
  const verdicts = skipTest ? all.filter(({ key }) => !key.includes('.tls.')) : all;
  const fresh = verdicts.filter(({ key }) => before === null || isChanged(key, before, after));
  const errors = fresh.flatMap(({ error }) => error ?? []);
  const status = gravest(errors.map(({ exitStatus }) => exitStatus));
  const worst = errors.find(({ exitStatus }) => exitStatus === status);
  for (const verdict of verdicts) {
    const isNews = fresh.includes(verdict) || verdict.error !== null;
    if (isNews && verdict.level !== 'good' && verdict.error !== worst)
      warn(run, after.name, verdict);
  }
  if (worst === undefined) return;
  worst.account ??= after.name;
  throw worst;
}

function warn(
  { output, world }: Run,
  account: string,
  { key, path, text, error }: FileVerdict,
): void {
  const what = error === null ? `${homely(path, world.homedir)}: ${text ?? ''}` : error.message;
  output.warn(`${account}: ${key}: ${printable(what)}`);
}

/** The certificate hangs on its password too. */
function isChanged(key: string, before: Account, after: Account): boolean {
  const path = key.startsWith('certificate') ? ['certificate'] : key.split('.');
  const value = (account: Account): unknown =>
    path.reduce<unknown>(
      (found, word) => (found as Record<string, unknown> | undefined)?.[word],
      account,
    );
  return !isDeepStrictEqual(value(before), value(after));
}

/** One line a file, to standard output, since it is the result. */
export function printFiles(
  { output, world }: Run,
  account: string,
  verdicts: readonly FileVerdict[],
): void {
  if (output.json) return;
  for (const { key, path, level, text, error } of verdicts) {
    const where = `${account}: ${key} ${homely(path, world.homedir)}`;
    output.line(
      `${where} ${error === null ? levelText(output, level, text) : failed(output, error)}`,
    );
  }
}

function levelText(output: Output, level: FileVerdict['level'], text: string | null): string {
  const said = printable(text ?? '');
  return level === 'good' ? `${output.good('good')}: ${said}` : `${output.bad('warning')}: ${said}`;
}

function failed(output: Output, error: NonNullable<FileVerdict['error']>): string {
  const { message, remedy, code } = error;
  return `${output.bad('failed')}: ${oneLine({ account: undefined, message, remedy, code })}`;
}

export function filesJson(verdicts: readonly FileVerdict[]) {
  return verdicts.map(({ error, ...rest }) => ({
    ...rest,
    error: error === null ? null : errorJson(error),
  }));
}

export function fileFailures(verdicts: readonly FileVerdict[]) {
  return verdicts.flatMap(({ error }) => (error === null ? [] : [error.exitStatus]));
}
