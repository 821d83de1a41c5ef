/** posthorn account list, show and default: the accounts, what they are set to, and how their last polls went. */

import type { Command } from 'commander';
import { lookUpState } from '../../../app/accounts/bind-account.ts';
import { settingsJson } from '../../../app/accounts/account-settings.ts';
import { describeAccount } from '../../../app/accounts/describe-account.ts';
import { isReadFromServer } from '../../../app/accounts/read-from-server.ts';
import { isoTime } from '../../../app/sync/report-json.ts';
import type { Config } from '../../../config/read/config.ts';
import type { Account } from '../../../core/account/account.ts';
import type { AccountState } from '../../../ports/state-store.ts';
import { changeConfig } from '../../edit-session.ts';
import { setDefaultAccount } from '../../../config/edit/edit.ts';
import { readConfigFile } from '../../../config/read/find.ts';
import { originsOf, type Origin } from '../../../config/show/origin.ts';
import type { Act } from '../../act.ts';
import { printTable } from '../../terminal/table.ts';
import { examples } from '../../terminal/examples.ts';
import { accountNamed } from '../../account-named.ts';
import { accountsMeant, oneAccount, readConfig, withNeighbours } from '../../session.ts';
import { localTime } from '../../terminal/text.ts';
import { printable } from '../../../printable.ts';
import type { Run } from '../../world.ts';

export function registerList(command: Command, act: Act): void {
  command
    .command('list')
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .option('--enabled', 'those in use')
    .option('--disabled', 'those that are left alone')
    .option('--suspended', 'those that posthorn has suspended')
    .option('--failing', 'those whose last poll failed')
    .description('every account, and how it fares; with several filters, what fits any of them')
    .addHelpText(
      'after',
      examples('posthorn account list', 'posthorn account list @office --failing --json'),
    )
    .action(act(list));
  command
    .command('show')
    .argument('[name]', 'the default account where left out')
    .description('everything an account is set to, defaults filled in; never a password')
    .addHelpText('after', examples('posthorn account show work'))
    .action(act(show));
  command
    .command('default')
    .argument('[name]')
    .description('print the default sender, or set it')
    .addHelpText('after', examples('posthorn account default work'))
    .action(act(defaultAccount));
}

interface Filters {
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  readonly suspended?: boolean;
  readonly failing?: boolean;
}

async function list(run: Run, names: readonly string[], filters: Filters): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  return withNeighbours(run, config, async ({ state }) => {
    const all = [];
    for (const account of accounts)
      all.push(summary(account, config, await lookUpState(state, account)));
    const rows = all.filter((row) => fits(row, filters));
    if (run.output.json) run.output.document({ accounts: rows });
    else if (rows.length === 0)
      run.output.say(all.length === 0 ? 'No accounts yet: posthorn account add' : 'None.');
    else tellList(run, rows);
    return 0;
  });
}

type Summary = ReturnType<typeof summary>;

/** The shape of one account in `account list --json`. */
function summary(account: Account, config: Config, state: AccountState | null) {
  const { name, label, type, enabled, receive, send, tags, incoming, outgoing } = account;
  return {
    name,
    id: account.id ?? state?.id ?? null,
    label,
    type,
    tags,
    address: account.identity.address,
    default: config.defaultAccount === name,
    enabled,
    receive,
    send,
    live: isReadFromServer(account),
    incoming: incoming?.host ?? null,
    outgoing: outgoing?.host ?? null,
    lastSuccess: isoTime(state?.lastSuccess ?? null),
    lastAttempt: isoTime(state?.lastAttempt ?? null),
    failures: state?.failures ?? 0,
    loginFailures: state?.loginFailures ?? 0,
    lastError: state?.lastError?.message ?? null,
    suspended:
      state?.suspended == null
        ? null
        : { ...state.suspended, since: isoTime(state.suspended.since) },
    sendingSuspended:
      state?.sending?.suspended == null
        ? null
        : { ...state.sending.suspended, since: isoTime(state.sending.suspended.since) },
  };
}

function fits(row: Summary, { enabled, disabled, suspended, failing }: Filters): boolean {
  const asked = [enabled, disabled, suspended, failing].some((each) => each === true);
  return (
    !asked ||
    (enabled === true && row.enabled) ||
    (disabled === true && !row.enabled) ||
    (suspended === true && (row.suspended ?? row.sendingSuspended) !== null) ||
    (failing === true && row.failures > 0)
  );
}

const headings = ['NAME', 'TYPE', 'ADDRESS', 'SERVER', 'LAST SUCCESS', 'STATE'];

/** On a terminal that is too narrow the server goes first: account show has it. */
function tellList({ output }: Run, summaries: readonly Summary[]): void {
  const rows = summaries.map(asRow);
  const hasRoom = output.hasRoomFor([headings, ...rows]);
  const fitted = (row: readonly string[]): string[] =>
    row.filter((_, at) => hasRoom || headings[at] !== 'SERVER');
  printTable(output, fitted(headings), rows.map(fitted));
}

function asRow(row: Summary): string[] {
  return [
    row.default ? `${row.name} *` : row.name,
    row.type,
    row.address,
    row.incoming ?? row.outgoing ?? '',
    row.lastSuccess === null ? 'never' : localTime(row.lastSuccess),
    fares(row),
  ];
}

function fares(row: Summary): string {
  if (!row.enabled) return 'disabled';
  if (row.suspended !== null) return `suspended: ${printable(row.suspended.why)}`;
  if (row.sendingSuspended !== null)
    return `sending suspended: ${printable(row.sendingSuspended.why)}`;
  if (row.failures > 0)
    return `${String(row.failures)} failed: ${printable(row.lastError ?? 'unknown')}`;
  if (row.live) return 'read live';
  return row.lastSuccess === null ? 'new' : 'good';
}

/** The state of one account in `account show --json`. */
function stateJson(state: AccountState) {
  const { lastAttempt, lastSuccess, failingSince, lastError, suspended, sending, ...rest } = state;
  return {
    ...rest,
    lastAttempt: isoTime(lastAttempt),
    lastSuccess: isoTime(lastSuccess),
    failingSince: isoTime(failingSince),
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
    suspended: suspended === null ? null : { ...suspended, since: isoTime(suspended.since) },
    sending: {
      loginFailures: sending?.loginFailures ?? 0,
      suspended:
        sending?.suspended == null
          ? null
          : { ...sending.suspended, since: isoTime(sending.suspended.since) },
    },
  };
}

async function show(run: Run, name: string | undefined): Promise<number> {
  const config = await readConfig(run);
  const account = oneAccount(config, name);
  return withNeighbours(run, config, async ({ state }) => {
    const known = await lookUpState(state, account);
    const rows = describeAccount(account, known, config.defaultAccount === account.name);
    const keys = rows.map(([key]) => key).filter((key) => !notOfTheFile.has(key));
    const { text } = await readConfigFile(config.path);
    const origins = originsOf(text, account.name, keys);
    if (run.output.json)
      run.output.document({
        account: { ...settingsJson(account), id: account.id ?? known?.id ?? null },
        origins: Object.fromEntries(origins),
        state: known === null ? null : stateJson(known),
      });
    else printTable(run.output, ['KEY', 'VALUE', 'FROM'], shown(rows, origins));
    return 0;
  });
}

/** What is told of an account beside what the file can say. */
const notOfTheFile = new Set([
  ...['name', 'id', 'default sender', 'last success', 'failures in a row', 'last error'],
  ...['suspended', 'sending suspended'],
]);

/** What stands in the account itself needs no word. */
function shown(
  rows: readonly (readonly [string, string])[],
  origins: ReadonlyMap<string, Origin>,
): string[][] {
  const from = (key: string): string => {
    const origin = origins.get(key) ?? 'account';
    return origin === 'account' ? '' : origin;
  };
  return rows.map(([key, value]) => [key, printable(forPeople(key, value)), from(key)]);
}

/** Local time, as in the tables. */
function forPeople(key: string, value: string): string {
  return key === 'last success' && value !== 'never' ? localTime(value) : value;
}

async function defaultAccount(run: Run, name: string | undefined): Promise<number> {
  const config = await readConfig(run);
  if (name === undefined) {
    if (run.output.json) run.output.document({ default: config.defaultAccount ?? null });
    else if (config.defaultAccount === undefined) run.output.note('There is no default account.');
    else run.output.line(config.defaultAccount);
    return 0;
  }
  accountNamed(config, name);
  return withNeighbours(run, config, async (neighbours) => {
    await changeConfig(config, neighbours, (text) => setDefaultAccount(text, name));
    if (run.output.json) run.output.document({ default: name });
    else run.output.say(`${name} is now the default sender.`);
    return 0;
  });
}
