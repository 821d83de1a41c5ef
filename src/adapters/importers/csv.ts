/** A table of accounts, one a row, for mass provisioning; the header names the columns. */

import type { AccountType, AuthMethod, Security } from '../../core/account/account.ts';
import { DataError } from '../../errors.ts';
import type { Imported, ImportedEntry } from '../../ports/accounts/importer.ts';
import { readCsv, type CsvRow } from './csv-rows.ts';
import { csvSwitch, csvSync, csvSyncColumns, type Get } from './csv-sync.ts';
import { compact, Draft, flag, stored } from './draft.ts';

const columns = [
  ...[
    'name',
    'address',
    'type',
    'label',
    'tags',
    'full_name',
    'organization',
    'reply_to',
    'enabled',
  ],
  ...[
    'in_host',
    'in_port',
    'in_security',
    'in_auth',
    'user',
    'password',
    'interval',
    'leave_on_server',
  ],
  ...['out_host', 'out_port', 'out_security', 'out_auth', 'out_user', 'out_password', 'path'],
  ...csvSyncColumns,
];

/** Throws DataError for the first thing that is wrong, all of them in its detail: a table is imported whole or not at all. */
export function parseCsv(text: string): Imported {
  const [header, ...rows] = readCsv(text);
  const names =
    header?.fields.map((each) =>
      each
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_'),
    ) ?? [];
  const faults = headerFaults(names);
  refuse(faults);
  const draft = new Draft();
  const addresses = new Map<string, number>();
  for (const row of rows) {
    addRow(row, names, draft, faults);
    refuseTwice(row, names, addresses, faults);
  }
  refuse(faults);
  return draft.result();
}

function refuse([first, ...others]: readonly string[]): void {
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more: --verbose)`;
  throw new DataError(`${first}${more}`, {
    reach: 'program',
    remedy: 'Correct the file; docs/provisioning.md names the columns.',
    detail: [first, ...others].join('\n'),
  });
}

function headerFaults(names: readonly string[]): string[] {
  const unknown = names.filter((name) => !columns.includes(name));
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  return [
    ...(names.includes('address') ? [] : ['line 1: the header names no column `address`']),
    ...unknown.map(
      (name) => `line 1: unknown column \`${name.slice(0, 40)}\`; known are ${columns.join(', ')}`,
    ),
    ...twice.map((name) => `line 1: the column \`${name}\` stands twice`),
  ];
}

function addRow(
  { fields, line }: CsvRow,
  names: readonly string[],
  draft: Draft,
  faults: string[],
): void {
  const say = (what: string): void => void faults.push(`line ${String(line)}: ${what}`);
  if (fields.length > names.length) return say('more fields than the header has columns');
  const get: Get = (column) => {
    const value = fields[names.indexOf(column)];
    return value === undefined || value === '' ? undefined : value;
  };
  const [incoming, outgoing] = [get('password'), get('out_password')];
  if (get('address') === undefined) return say('the address is missing');
  draft.add({
    name: get('name'),
    line,
    secrets: {
      ...(incoming === undefined ? {} : { incoming }),
      ...(outgoing === undefined ? {} : { outgoing }),
    },
    entry: entryOf(get, names, say),
  });
}

/** The same address twice is one row too many, unless both rows have a name that tells them apart. */
function refuseTwice(
  { fields, line }: CsvRow,
  names: readonly string[],
  addresses: Map<string, number>,
  faults: string[],
): void {
  const address = fields[names.indexOf('address')]?.toLowerCase() ?? '';
  const before = addresses.get(address);
  const isNamed = names.includes('name') && (fields[names.indexOf('name')] ?? '') !== '';
  if (address !== '' && before !== undefined && !isNamed)
    faults.push(
      `line ${String(line)}: the address ${address} stands in line ${String(before)} already; give the row a name`,
    );
  if (before === undefined) addresses.set(address, line);
}

/** Words are handed on as they stand: what a key may hold is checked with all others. */
function entryOf(get: Get, names: readonly string[], say: (what: string) => void): ImportedEntry {
  // Without the column the server may be inherited; a field left empty says that there is none.
  const isEmpty = (column: string): boolean => names.includes(column) && get(column) === undefined;
  const number = (column: string): number | undefined => {
    const value = get(column);
    if (value === undefined || /^\d{1,9}$/.test(value))
      return value === undefined ? undefined : Number(value);
    say(`\`${column}\` must be a number`);
    return undefined;
  };
  const entry = {
    label: get('label'),
    tags: get('tags')
      ?.split(/[\s,;]+/)
      .filter((tag) => tag !== ''),
    type: get('type')?.toLowerCase() as AccountType | undefined,
    enabled: csvSwitch(get, 'enabled', say),
    identity: {
      name: get('full_name'),
      organization: get('organization'),
      address: get('address'),
      replyTo: get('reply_to'),
    },
    incoming: incomingOf(get, number),
    sync: csvSync(get, say),
    outgoing: outgoingOf(get, number),
    receive: isEmpty('in_host') ? false : undefined,
    send: isEmpty('out_host') ? false : undefined,
    path: get('path'),
  };
  return compact(entry) as ImportedEntry;
}

/** `yes`, `no`, or a duration. */
function leaveOf(get: Get): boolean | string | undefined {
  const value = get('leave_on_server');
  return value === undefined ? undefined : (flag(value) ?? value);
}

function incomingOf(get: Get, number: (column: string) => number | undefined): object {
  return {
    host: get('in_host'),
    port: number('in_port'),
    security: get('in_security')?.toLowerCase() as Security | undefined,
    auth: get('in_auth')?.toLowerCase() as AuthMethod | undefined,
    username: get('user'),
    password: get('password') === undefined ? undefined : stored,
    interval: get('interval'),
    leaveOnServer: leaveOf(get),
    maxConnections: number('max_connections'),
  };
}

function outgoingOf(get: Get, number: (column: string) => number | undefined): object {
  const own = get('out_user') !== undefined || get('out_password') !== undefined;
  return {
    host: get('out_host'),
    port: number('out_port'),
    security: get('out_security')?.toLowerCase() as Security | undefined,
    auth: get('out_auth')?.toLowerCase() as AuthMethod | undefined,
    credentials: own ? 'own' : undefined,
    username: get('out_user') ?? (own ? get('user') : undefined),
    password: get('out_password') === undefined ? undefined : stored,
  };
}
