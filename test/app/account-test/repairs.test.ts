/** What the wizard offers after a failed test: tables of failures, and the repairs in their order. */
import { describe, expect, it } from 'vitest';
import { repairsFor, type Repair } from '../../../src/app/account-test/repairs.ts';
import type { ServerTest } from '../../../src/app/account-test/server-test.ts';
import type { Account } from '../../../src/core/account/account.ts';
import {
  ConfigurationError,
  CredentialsError,
  RefusedError,
  TemporaryError,
  type PosthornError,
} from '../../../src/errors.ts';
import { readConfigText } from '../../../src/config/read/read.ts';

function account(entry: object): Account {
  const text = JSON.stringify({
    accounts: {
      work: {
        identity: { address: 'anna@example.org' },
        incoming: { host: 'imap.example.org' },
        outgoing: { host: 'smtp.example.org' },
        ...entry,
      },
    },
  });
  const { accounts, problems } = readConfigText(text, { folder: '/etc', home: '/home/anna' });
  expect(problems).toEqual([]);
  return accounts.get('work') as Account;
}

function failed(
  direction: ServerTest['direction'],
  error: PosthornError | null,
  found: ServerTest['found'] = null,
): ServerTest {
  return {
    direction,
    service: direction === 'send' ? 'smtp' : 'imap',
    endpoint: { host: 'h', port: 1, security: 'tls' },
    steps: [],
    facts: null,
    folders: null,
    messages: null,
    error,
    found,
    failedAt: error?.layer ?? null,
    diagnosis: null,
  };
}

const refusedLogin = new CredentialsError('refused', { layer: 'login' });

interface Row {
  readonly what: string;
  readonly entry?: object;
  readonly tests: readonly ServerTest[];
  readonly repairs: readonly Repair[];
}

const rows: readonly Row[] = [
  { what: 'nothing failed', tests: [failed('receive', null)], repairs: [] },
  {
    what: 'one login was refused by both servers',
    tests: [failed('receive', refusedLogin), failed('send', refusedLogin)],
    repairs: [
      { kind: 'password', side: 'incoming', app: false },
      { kind: 'username', side: 'incoming', username: 'anna' },
      { kind: 'credentials', credentials: 'own' },
    ],
  },
  {
    what: 'the local part was refused',
    entry: { incoming: { host: 'imap.example.org', username: 'anna' }, send: false },
    tests: [failed('receive', refusedLogin)],
    repairs: [
      { kind: 'password', side: 'incoming', app: false },
      { kind: 'username', side: 'incoming', username: 'anna@example.org' },
    ],
  },
  {
    what: 'the provider wants an app password',
    entry: { incoming: { host: 'imap.gmail.com' }, send: false },
    tests: [failed('receive', refusedLogin)],
    repairs: [
      { kind: 'password', side: 'incoming', app: true },
      { kind: 'username', side: 'incoming', username: 'anna' },
    ],
  },
  {
    what: 'a mechanism was chosen by hand',
    entry: { incoming: { host: 'h.example', auth: 'cram-md5' }, send: false },
    tests: [failed('receive', new RefusedError('no such mechanism', { layer: 'login' }))],
    repairs: [{ kind: 'method', side: 'incoming' }],
  },
  {
    what: 'the outgoing server has its own login',
    entry: { outgoing: { host: 'smtp.example.org', username: 'sender', password: { env: 'P' } } },
    tests: [failed('send', refusedLogin)],
    repairs: [
      { kind: 'password', side: 'outgoing', app: false },
      { kind: 'username', side: 'outgoing', username: 'anna@example.org' },
      { kind: 'username', side: 'outgoing', username: 'anna' },
    ],
  },
  {
    what: 'the outgoing server takes no login',
    tests: [failed('send', new RefusedError('AUTH is not offered', { layer: 'login' }))],
    repairs: [{ kind: 'credentials', credentials: 'none' }],
  },
  {
    what: 'a usual port does not answer',
    tests: [failed('receive', new TemporaryError('no answer', { layer: 'connect' }))],
    repairs: [
      { kind: 'reach', side: 'incoming', security: 'starttls', port: 143 },
      { kind: 'port', side: 'incoming' },
      { kind: 'host', side: 'incoming' },
    ],
  },
  {
    what: 'the server speaks the other protocol',
    entry: { send: false },
    tests: [failed('receive', new RefusedError('no', { layer: 'greeting' }), 'pop3')],
    repairs: [
      { kind: 'type', type: 'pop3' },
      { kind: 'reach', side: 'incoming', security: 'starttls', port: 143 },
      { kind: 'host', side: 'incoming' },
    ],
  },
  {
    what: 'a server for fetching stands where mail is to be sent',
    tests: [failed('send', new RefusedError('no', { layer: 'greeting' }), 'pop3')],
    repairs: [
      { kind: 'reach', side: 'outgoing', security: 'starttls', port: 587 },
      { kind: 'port', side: 'outgoing' },
      { kind: 'host', side: 'outgoing' },
    ],
  },
  {
    what: 'TLS on a port of its own',
    entry: { type: 'pop3', incoming: { host: 'h.example', port: 1110 }, send: false },
    tests: [failed('receive', new RefusedError('no TLS there', { layer: 'tls' }))],
    repairs: [
      { kind: 'reach', side: 'incoming', security: 'starttls', port: 1110 },
      { kind: 'reach', side: 'incoming', security: 'tls', port: 995 },
      { kind: 'reach', side: 'incoming', security: 'starttls', port: 110 },
      { kind: 'port', side: 'incoming' },
      { kind: 'host', side: 'incoming' },
    ],
  },
  {
    what: 'the host does not exist',
    tests: [failed('send', new TemporaryError('no such host', { layer: 'resolve' }))],
    repairs: [{ kind: 'host', side: 'outgoing' }],
  },
  {
    what: 'the certificate does not hold',
    tests: [failed('receive', new RefusedError('expired', { layer: 'tls', certificate: true }))],
    repairs: [
      { kind: 'host', side: 'incoming' },
      { kind: 'trust', side: 'incoming' },
    ],
  },
  {
    what: 'the password would leave in clear',
    entry: { incoming: { host: 'h.example', security: 'none' }, send: false },
    tests: [failed('receive', new ConfigurationError('in clear', { layer: 'login' }))],
    repairs: [
      { kind: 'reach', side: 'incoming', security: 'tls', port: 993 },
      { kind: 'reach', side: 'incoming', security: 'starttls', port: 143 },
    ],
  },
  {
    what: 'the password cannot be read now',
    tests: [
      failed('receive', new TemporaryError('the command failed')),
      failed('send', new TemporaryError('the command failed')),
    ],
    repairs: [{ kind: 'password', side: 'incoming', app: false }],
  },
];

describe('what is offered', () => {
  it.each(rows)('where $what', ({ entry = {}, tests, repairs }) => {
    expect(repairsFor(tests, account(entry))).toEqual(repairs);
  });
});
