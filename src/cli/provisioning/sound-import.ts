/** Which accounts of an imported file hold, under which names, and what the person has to know of them before the first sync. */

import { dirname } from 'node:path';
import { mapBounded } from '../../app/bounded.ts';
import {
  leftOverLine,
  nameImported,
  type NamedImport,
  type PresentAccount,
} from '../../app/accounts/import-accounts.ts';
import { mailboxOf, withoutTwins } from '../../app/accounts/same-mailbox.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { withKnownServers } from '../../app/discovery/known-servers.ts';
import { checkAdditions, type CheckedAddition } from '../../config/edit/additions.ts';
import type { Config } from '../../config/read/config.ts';
import { defaultsIn } from '../../config/read/defaults.ts';
import { readConfigFile } from '../../config/read/find.ts';
import { asPosthornError, DataError } from '../../errors.ts';
import type { Imported, ImportKind, LeftOver } from '../../ports/accounts/importer.ts';
import { printable } from '../../printable.ts';
import { homely } from '../terminal/text.ts';

export interface ImportSource {
  readonly kind: ImportKind;
  readonly file: string;
  readonly prefix: string;
  /** Mail and state of the other program are taken over: mail that lies there is no surprise. */
  readonly withState: boolean;
}

export interface SoundImport {
  readonly accounts: readonly NamedImport[];
  readonly leftOver: readonly LeftOver[];
  readonly defaultAccount: string | undefined;
}

interface Judged {
  readonly account: NamedImport;
  readonly check: CheckedAddition;
}

/** Of a table all must hold, else DataError; from elsewhere the others are left over, since nobody edits that file for us. */
export async function soundImport(
  imported: Imported,
  source: ImportSource,
  config: Config,
  roots: Neighbours['roots'],
): Promise<SoundImport> {
  const { kind, file, prefix } = source;
  const isTable = kind === 'csv';
  const all = nameImported(imported, presentIn(config), { prefix, file, isTable });
  const keeps = isTable || prefix !== '';
  const { accounts: named, leftOver: twins } = withoutTwins(all, {
    present: mailboxesIn(config),
    keeps,
  });
  const { text } = await readConfigFile(config.path);
  const supplied = isTable ? supply(named, text) : { accounts: named, notes: [], missing: [] };
  const judged = judge(supplied.accounts, config, text);
  const faulty = [...supplied.missing, ...judged.flatMap((each) => faultOf(each, isTable) ?? [])];
  if (isTable && faulty.length > 0) throw refusal(faulty, file);
  const sound = judged.filter(({ check }) => check.faults.length === 0);
  const leftOver = [
    ...imported.leftOver,
    ...twins,
    ...supplied.notes,
    ...faulty,
    ...sound.flatMap(sharedFolder),
  ];
  if (sound.length === 0) throw nothing(leftOver, file);
  const accounts = sound.map(({ account, check }) =>
    check.mixesWith === undefined ? account : withoutPath(account),
  );
  if (!source.withState) leftOver.push(...(await occupiedFolders(sound, config, roots)));
  return {
    accounts,
    leftOver: leftOver.sort((one, other) => one.line - other.line),
    defaultAccount: senderOf(imported, all, accounts, config),
  };
}

interface WithServers {
  readonly accounts: readonly NamedImport[];
  readonly notes: readonly LeftOver[];
  readonly missing: readonly LeftOver[];
}

/** The rows of a table that name no servers get those of their provider; a row without any is told once, not for each key. */
function supply(named: readonly NamedImport[], text: string): WithServers {
  const { incoming, outgoing } = defaultsIn(text);
  const inherited = {
    incoming: incoming?.host !== undefined,
    outgoing: outgoing?.host !== undefined,
  };
  const supplied = named.map((account) => ({
    account,
    ...(account.joins
      ? { entry: account.entry, suppliedFrom: null, missing: null }
      : withKnownServers(account.entry, inherited)),
  }));
  const lines = (of: 'suppliedFrom' | 'missing'): LeftOver[] =>
    supplied.flatMap(({ account: { line, name }, [of]: why }) =>
      why === null ? [] : [{ line, what: of === 'suppliedFrom' ? 'servers' : name, why }],
    );
  return {
    accounts: supplied
      .filter(({ missing }) => missing === null)
      .map(({ account, entry }) => ({ ...account, entry })),
    notes: lines('suppliedFrom'),
    missing: lines('missing'),
  };
}

function judge(named: readonly NamedImport[], config: Config, text: string): Judged[] {
  const { path, home } = config.location;
  const checks = checkAdditions(text, named, { folder: dirname(path), home });
  return named.flatMap((account, at) => {
    const check = checks[at];
    return check === undefined ? [] : [{ account, check }];
  });
}

function faultOf({ account, check }: Judged, isTable: boolean): LeftOver | undefined {
  const { line, name } = account;
  const [fault] = check.faults;
  if (fault !== undefined)
    return { line, what: name, why: isTable ? fault : `not imported: ${fault}` };
  if (!isTable || check.mixesWith === undefined) return undefined;
  return { line, what: name, why: `its path is, or mixes with, the folder of ${check.mixesWith}` };
}

function presentIn({ accounts }: Config): Map<string, PresentAccount> {
  return new Map(
    [...accounts.values()].map(({ name, identity, send, outgoing }) => [
      name,
      { address: identity.address, sends: send, hasOutgoing: outgoing !== undefined },
    ]),
  );
}

function mailboxesIn({ accounts }: Config): Map<string, string> {
  return new Map(
    [...accounts.values()].flatMap((account) => {
      const mailbox = mailboxOf(account);
      return mailbox === undefined ? [] : [[mailbox, account.name] as const];
    }),
  );
}

function sharedFolder({ account: { line, name }, check: { mixesWith } }: Judged): LeftOver[] {
  if (mixesWith === undefined) return [];
  const why = `it is, or mixes with, the folder of ${mixesWith}; ${name} gets one of its own below options.mailRoot`;
  return [{ line, what: 'path', why }];
}

function withoutPath(account: NamedImport): NamedImport {
  const { path: _path, ...entry } = account.entry;
  return { ...account, entry };
}

const looksAtOnce = 16;

/** The first sync transfers nothing into a folder with mail that it does not know: said before people run into it. */
async function occupiedFolders(
  sound: readonly Judged[],
  { location }: Config,
  roots: Neighbours['roots'],
): Promise<LeftOver[]> {
  const receiving = sound.filter(
    ({ account: { joins, entry }, check }) =>
      !joins && entry.receive !== false && check.mixesWith === undefined,
  );
  const found = await mapBounded(receiving, looksAtOnce, async ({ account, check }) => {
    const why = await occupation(check.path, account.name, location.home, roots);
    return why === undefined ? [] : [{ line: account.line, what: 'path', why }];
  });
  return found.flat();
}

async function occupation(
  path: string,
  name: string,
  home: string,
  roots: Neighbours['roots'],
): Promise<string | undefined> {
  try {
    if (await roots.isFresh(path)) return undefined;
  } catch (error) {
    return asPosthornError(error).message;
  }
  return (
    `${homely(path, home)} holds mail already, which posthorn never mixes with what it fetches: the first sync of ${name} ` +
    `would end with 78; before it run posthorn account edit ${name} --path DIR with an empty folder`
  );
}

/** The default sender of the other program, where there is none here yet. */
function senderOf(
  { defaultAccount, accounts: all }: Imported,
  named: readonly NamedImport[],
  sound: readonly NamedImport[],
  config: Config,
): string | undefined {
  if (defaultAccount === undefined || config.defaultAccount !== undefined) return undefined;
  const at = all.findIndex(({ name }) => name === defaultAccount);
  const sender = named[at]?.name;
  return sound.find(({ name }) => name === sender)?.name;
}

function refusal(faulty: readonly LeftOver[], file: string): DataError {
  const lines = faulty.map((each) => leftOverLine(file, each));
  const more = lines.length === 1 ? '' : ` (and ${String(lines.length - 1)} more: --verbose)`;
  return new DataError(`${lines[0] ?? ''}${more}`, {
    reach: 'program',
    remedy: 'Correct the file; nothing was changed.',
    detail: lines.join('\n'),
  });
}

function nothing(leftOver: readonly LeftOver[], file: string): DataError {
  const lines = leftOver.map((each) => printable(leftOverLine(file, each)));
  const why = leftOver.find(({ why: reason }) => reason.startsWith('not imported'));
  const reason = why === undefined ? '' : `: ${printable(leftOverLine(file, why))}`;
  return new DataError(`no account could be taken from ${file}${reason}`, {
    reach: 'program',
    remedy: 'See --verbose for every line, and --from for another kind of file.',
    detail: lines.join('\n'),
  });
}
