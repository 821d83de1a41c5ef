import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/core/account/account.ts';
import { readConfigText } from '../../../src/config/read/read.ts';

const context = { folder: '/etc/somewhere', home: '/home/anna' };

function only(text: string): Account {
  const { accounts, problems } = readConfigText(text, context);
  expect(problems).toEqual([]);
  const [account] = accounts.values();
  if (account === undefined) throw new Error('no account');
  return account;
}

const minimal =
  'incoming: { host: in.example }, outgoing: { host: out.example }, identity: { address: a@b.example }';

describe('an account with every default', () => {
  it('IMAP', () => {
    const tls = { ca: undefined, fingerprint: undefined, cert: undefined, key: undefined };
    const server = {
      security: 'tls',
      auth: 'auto',
      username: 'a@b.example',
      password: undefined,
      allowInsecure: false,
      tls,
    };
    expect(only(`accounts:\n  work: { ${minimal} }\n`)).toEqual({
      name: 'work',
      id: undefined,
      label: 'work',
      tags: [],
      type: 'imap',
      enabled: true,
      identity: {
        name: undefined,
        organization: undefined,
        address: 'a@b.example',
        replyTo: undefined,
      },
      incoming: {
        ...server,
        host: 'in.example',
        port: 993,
        intervalMs: 300_000,
        idle: true,
        leaveOnServer: true,
        backgroundSync: true,
        createSystemFolders: false,
        maxConnections: 4,
      },
      outgoing: { ...server, host: 'out.example', port: 465, credentials: 'same' },
      receive: true,
      send: true,
      saveSent: 'auto',
      path: '/home/anna/Mail/work',
      folders: {},
      sync: {
        direction: 'both',
        onLocalDelete: 'trash',
        onRemoteDelete: 'delete',
        maxSize: null,
        maxAge: null,
        folders: { include: [], exclude: [], subscribed: false },
        perFolder: [],
      },
      signature: { file: undefined, text: undefined, onReply: false },
      template: undefined,
      certificate: undefined,
      access: undefined,
      rules: [],
    });
  });

  it.each([
    ['imap', 'tls', 993],
    ['imap', 'starttls', 143],
    ['imap', 'none', 143],
    ['pop3', 'tls', 995],
    ['pop3', 'starttls', 110],
    ['pop3', 'none', 110],
  ])('the port of %s with %s is %i', (type, security, port) => {
    const text = `accounts:\n  a: { type: ${type}, send: false, incoming: { host: h, security: ${security} }, identity: { address: a@b.example } }\n`;
    expect(only(text).incoming?.port).toBe(port);
    expect(only(text.replace('host: h', 'host: h, port: 4711')).incoming?.port).toBe(4711);
  });

  it.each([
    ['tls', 465],
    ['starttls', 587],
    ['none', 25],
  ])('the port of sending with %s is %i', (security, port) => {
    const text = `accounts:\n  a: { receive: false, outgoing: { host: h, security: ${security} }, identity: { address: a@b.example } }\n`;
    expect(only(text).outgoing?.port).toBe(port);
  });
});

describe('inheriting', () => {
  it('merges key by key, replaces lists and passwords', () => {
    const account = only(
      [
        'defaults:',
        '  tags: [a, b]',
        '  identity: { organization: Acme, name: Nobody }',
        '  incoming: { host: in.example, password: { env: PW }, interval: 10m, leaveOnServer: 7d, idle: false }',
        '  outgoing: { host: out.example, security: starttls }',
        'accounts:',
        '  work:',
        '    tags: [c]',
        '    identity: { name: Anna, address: a@b.example }',
        '    incoming: { password: { command: pass }, username: anna }',
      ].join('\n'),
    );
    expect(account.tags).toEqual(['c']);
    expect(account.identity).toMatchObject({ organization: 'Acme', name: 'Anna' });
    expect(account.incoming).toMatchObject({
      host: 'in.example',
      username: 'anna',
      password: { kind: 'command', command: 'pass' },
      intervalMs: 600_000,
      idle: false,
      leaveOnServer: true,
    });
    expect(account.outgoing).toMatchObject({
      host: 'out.example',
      port: 587,
      username: 'anna',
      password: { kind: 'command' },
    });
  });

  it('POP3 takes what is of POP3', () => {
    const defaults =
      'defaults: { type: pop3, send: false, incoming: { host: h, leaveOnServer: 7d, idle: true } }';
    const account = only(`${defaults}\naccounts:\n  a: { identity: { address: a@b.example } }\n`);
    expect(account.incoming).toMatchObject({
      port: 995,
      leaveOnServer: { afterMs: 7 * 86_400_000 },
      idle: false,
    });
  });
});

describe('credentials of the outgoing server', () => {
  const incoming =
    'incoming: { host: h, username: in, password: { env: IN } }, identity: { address: a@b.example }';
  it.each([
    ['', { credentials: 'same', username: 'in', password: { kind: 'env', variable: 'IN' } }],
    ['credentials: none', { credentials: 'none' }],
    [
      'username: out',
      {
        ...{ credentials: 'own', username: 'out', sharesPassword: true },
        password: { kind: 'env', variable: 'IN' },
      },
    ],
    [
      'password: { keyring: true }',
      { credentials: 'own', username: 'in', password: { kind: 'keyring' } },
    ],
    [
      'password: { credential: mail-out }',
      { credentials: 'own', username: 'in', password: { kind: 'credential', name: 'mail-out' } },
    ],
    [
      'password: { stored: true }',
      { credentials: 'own', username: 'in', password: { kind: 'stored' } },
    ],
    [
      'credentials: own, password: { stored: true }',
      { credentials: 'own', username: 'a@b.example', password: { kind: 'stored' } },
    ],
    [
      'credentials: own, username: out',
      { credentials: 'own', username: 'out', password: undefined },
    ],
  ])('%s', (given, expected) => {
    const outgoing = only(
      `accounts:\n  a: { ${incoming}, outgoing: { host: h, ${given} } }\n`,
    ).outgoing;
    const { credentials, username, password, sharesPassword } = outgoing ?? {};
    expect({ credentials, username, password, sharesPassword }).toEqual({
      username: undefined,
      password: undefined,
      ...expected,
    });
  });
});

describe('paths, hosts and times', () => {
  it('paths start at the folder of the file, at home, or at the root', () => {
    const text = `options: { mailRoot: mail }\naccounts:\n  a: { ${minimal.replace('host: in.example', 'host: h, password: { file: ~/pw }, tls: { ca: ca.pem }')} }\n`;
    const account = only(text);
    expect(account.path).toBe('/etc/somewhere/mail/a');
    expect(account.incoming?.password).toEqual({ kind: 'file', path: '/home/anna/pw' });
    expect(account.incoming?.tls.ca).toBe('/etc/somewhere/ca.pem');
    expect(only(text.replace('{ incoming', '{ path: /srv/mail/x, incoming')).path).toBe(
      '/srv/mail/x',
    );
  });

  it('a fingerprint loses its colons, a host its brackets and its umlauts', () => {
    const print = Array.from({ length: 32 }, () => 'AB').join(':');
    const account = only(
      `accounts:\n  a: { ${minimal.replace('host: in.example', `host: "[::1]", tls: { fingerprint: "${print}" }`).replace('out.example', 'müller.example')} }\n`,
    );
    expect(account.incoming).toMatchObject({ host: '::1', tls: { fingerprint: 'ab'.repeat(32) } });
    expect(account.outgoing?.host).toBe('xn--mller-kva.example');
  });

  it('an interval of never', () => {
    expect(
      only(`accounts:\n  a: { ${minimal.replace('in.example', 'h, interval: never')} }\n`).incoming
        ?.intervalMs,
    ).toBeNull();
  });

  it.each([
    ['', 'auto'],
    ['options: { saveSent: false }\n', false],
  ])('sent mail by %j', (options, expected) => {
    expect(only(`${options}accounts:\n  a: { ${minimal} }\n`).saveSent).toBe(expected);
    expect(only(`${options}accounts:\n  a: { ${minimal}, saveSent: true }\n`).saveSent).toBe(true);
  });

  it('the options', () => {
    expect(readConfigText('', context).settings).toEqual({
      mailRoot: '/home/anna/Mail',
      layout: 'fs',
      maxFailures: 10,
      suspendAfterMs: 86_400_000,
      maxLoginFailures: 3,
      sendImmediately: true,
      saveSent: true,
      trashRetentionMs: null,
      ispdb: 'https://autoconfig.thunderbird.net/v1.1',
    });
    const text =
      'options: { layout: maildir++, suspendAfter: 0, trashRetention: 30d, mailRoot: "~" }\n';
    expect(readConfigText(text, context).settings).toMatchObject({
      mailRoot: '/home/anna',
      layout: 'maildir++',
      suspendAfterMs: 0,
      trashRetentionMs: 30 * 86_400_000,
    });
  });

  it.each([
    ['false', null],
    ['https://db.example.net/ispdb/', 'https://db.example.net/ispdb/'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['"http://[::1]/x"', 'http://[::1]/x'],
  ])('the collection %s', (written, expected) => {
    const text = `options: { discovery: { ispdb: ${written} } }\n`;
    expect(readConfigText(text, context).settings.ispdb).toBe(expected);
  });

  it.each([
    'true',
    'db.example.net',
    'http://db.example.net',
    '"https://a:b@db.example.net"',
    '"https://db.example.net/?d="',
    'ftp://db.example.net',
  ])('no collection: %s', (written) => {
    const text = `options: { discovery: { ispdb: ${written} } }\n`;
    const [problem] = readConfigText(text, context).problems;
    expect(problem?.path).toBe('options.discovery.ispdb');
    expect(problem?.message).toContain('must be an https address');
  });
});
