import { describe, expect, it } from 'vitest';
import { readConfigText } from '../../../src/config/read/read.ts';
import { described } from '../../../src/config/read/yaml-file.ts';

const context = { folder: '/etc/somewhere', home: '/home/anna' };

const server = 'incoming: { host: imap.example.org }\n    outgoing: { host: smtp.example.org }';

function account(lines: string): string {
  return `accounts:\n  work:\n    identity: { address: a@example.org }\n    ${lines}\n`;
}

function problems(text: string): string[] {
  return readConfigText(text, context).problems.map(described);
}

describe('what is refused, and where', () => {
  it.each<[string, string, string]>([
    ['a tab', 'accounts:\n\twork: {}\n', 'a tab stands in the indentation at line 2, column 1'],
    [
      'an unknown key',
      account(`${server}\n    incomming: {}`),
      'unknown key `incomming` in `accounts.work` at line 6, column 5; did you mean `incoming`?',
    ],
    [
      'an unknown key at the top',
      'acounts: {}\n',
      'unknown key `acounts` at line 1, column 1; did you mean `accounts`?',
    ],
    ['an unknown key like no other', 'zzz: 1\n', 'unknown key `zzz` at line 1, column 1'],
    ['a key of a prototype', 'constructor: 1\n', 'unknown key `constructor` at line 1, column 1'],
    [
      'the prototype itself',
      'options: { __proto__: { layout: fs } }\n',
      'unknown key `__proto__` in `options` at line 1, column 12',
    ],
    [
      'a merge key',
      account(`${server}\n    <<: { label: A }`),
      'unknown key `<<` in `accounts.work` at line 6, column 5',
    ],
    [
      'a duplicate account',
      'accounts:\n  a: {}\n  b: {}\n  a: {}\n',
      'the account `a` stands twice (first at line 2) at line 4, column 3',
    ],
    [
      'a duplicate key',
      account('label: A\n    label: B'),
      'the key `label` stands twice (first at line 4) at line 5, column 5',
    ],
    [
      'a port of 99999',
      account('incoming: { host: h, port: 99999 }\n    send: false'),
      '`accounts.work.incoming.port` must be a whole number from 1 to 65535, not 99999 at line 4, column 32',
    ],
    [
      'a port as text',
      account('incoming: { host: h, port: "993" }\n    send: false'),
      '`accounts.work.incoming.port` must be a whole number from 1 to 65535, not "993" at line 4, column 32',
    ],
    [
      'yes for true',
      account(`${server}\n    enabled: yes`),
      '`accounts.work.enabled` must be true or false, not "yes" at line 6, column 14',
    ],
    [
      'a URL as host',
      account('incoming: { host: "imaps://me:secret@imap.example.org" }\n    send: false'),
      '`accounts.work.incoming.host` must be a host name or an IP address alone (imap.example.org, not imaps://imap.example.org:993) at line 4, column 23',
    ],
    [
      'a duration without unit',
      account('incoming: { host: h, interval: 5 }\n    send: false'),
      '`accounts.work.incoming.interval` must be a number and a unit (s, m, h, d or y), such as 90s, 5m, 24h or 14d, or never, not 5 at line 4, column 36',
    ],
    [
      'an interval of zero',
      account('incoming: { host: h, interval: 0m }\n    send: false'),
      '`accounts.work.incoming.interval` must be a number and a unit (s, m, h, d or y), such as 90s, 5m, 24h or 14d, or never, not "0m" at line 4, column 36',
    ],
    [
      'a bad name',
      'accounts:\n  "Wörk": {}\n',
      'the account name `Wörk` must be 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first at line 2, column 3',
    ],
    [
      'a word of a subcommand',
      'accounts:\n  list: { send: false, receive: false, identity: { address: a@b.example } }\n',
      'the account name `list` is the word of a subcommand at line 2, column 3',
    ],
    [
      'an address with a name',
      'accounts:\n  a: { send: false, receive: false, identity: { address: "A <a@b.example>" } }\n',
      '`accounts.a.identity.address` must be an e-mail address such as you@example.org, without name and angle brackets: it holds more than the address: give a@b.example alone at line 2, column 58',
    ],
    [
      'a name with a line break',
      'accounts:\n  a: { send: false, receive: false, identity: { address: a@b.example, name: "A\\nBcc: x" } }\n',
      '`accounts.a.identity.name` must be a text of one line, not empty at line 2, column 77',
    ],
    [
      'a list for a mapping',
      'accounts: []\n',
      '`accounts` must be a mapping of names to accounts, not a list at line 1, column 11',
    ],
    [
      'a text for a file',
      'hello\n',
      'the file must be a mapping of keys to values at line 1, column 1',
    ],
    [
      'an empty account',
      'accounts:\n  a:\n',
      '`accounts.a` must be a mapping of keys to values, but is empty at line 2, column 5',
    ],
    [
      'a tag',
      'version: !!js/function "x"\n',
      'a tag (!…) stands here; the configuration knows none at line 1, column 10',
    ],
    [
      'YAML 1.1',
      '%YAML 1.1\n---\nversion: 1\n',
      'the %YAML directive asks for another version than 1.2 at line 1, column 1',
    ],
    [
      'two documents',
      'version: 1\n---\nversion: 1\n',
      'a second YAML document begins here at line 2, column 1',
    ],
    [
      'an alias to nothing',
      'defaults: *x\n',
      'the aliases do not hold: Unresolved alias (the anchor must be set before the alias): x',
    ],
    [
      'an alias in a circle',
      'defaults: &x { identity: *x }\n',
      'the aliases do not hold: an alias stands within its own anchor',
    ],
    ['version 2', 'version: 2\n', '`version` must be 1, not 2 at line 1, column 10'],
    [
      'a path with a variable',
      'options: { mailRoot: $HOME/Mail }\n',
      '`options.mailRoot` must be a path: absolute, from ~/, or relative to the folder of this file; variables are not expanded at line 1, column 22',
    ],
    [
      'a short fingerprint',
      account('incoming: { host: h, tls: { fingerprint: "AB:CD" } }\n    send: false'),
      '`accounts.work.incoming.tls.fingerprint` must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons at line 4, column 46',
    ],
    [
      'APOP for sending',
      account('outgoing: { host: h, auth: apop }\n    receive: false'),
      '`accounts.work.outgoing.auth` must be one of auto, plain, login, cram-md5, scram-sha-1, scram-sha-256, xoauth2, oauthbearer, external, not "apop" at line 4, column 32',
    ],
    [
      'no incoming host',
      account('outgoing: { host: h }'),
      '`accounts.work.incoming.host` is missing at line 2, column 3',
    ],
    [
      'no outgoing host',
      account('incoming: { host: h }'),
      '`accounts.work.outgoing.host` is missing at line 2, column 3',
    ],
    [
      'no address',
      'accounts:\n  a: { send: false, receive: false }\n',
      '`accounts.a.identity.address` is missing at line 2, column 3',
    ],
    [
      'a key of POP3',
      account('incoming: { host: h, leaveOnServer: false }\n    send: false'),
      '`accounts.work.incoming.leaveOnServer` is for POP3; this account is IMAP at line 4, column 41',
    ],
    [
      'a key of IMAP',
      account('type: pop3\n    incoming: { host: h, idle: true }\n    send: false'),
      '`accounts.work.incoming.idle` is for IMAP; this account is POP3 at line 5, column 32',
    ],
    [
      'APOP for IMAP',
      account('incoming: { host: h, auth: apop }\n    send: false'),
      '`accounts.work.incoming.auth` cannot be apop: that is for POP3; this account is IMAP at line 4, column 32',
    ],
    [
      'PLAIN in clear',
      account('incoming: { host: h.example, auth: plain, security: none }\n    send: false'),
      '`accounts.work.incoming.auth` cannot be plain without encryption beyond this machine at line 4, column 40',
    ],
    [
      'LOGIN in clear for sending',
      account('outgoing: { host: 192.0.2.1, auth: login, security: none }\n    receive: false'),
      '`accounts.work.outgoing.auth` cannot be login without encryption beyond this machine at line 4, column 40',
    ],
    [
      'a certificate without key',
      account('incoming: { host: h, tls: { cert: c.pem } }\n    send: false'),
      '`accounts.work.incoming.tls.key` is missing at line 4, column 26',
    ],
    [
      'a password that goes with same',
      account('outgoing: { host: h, credentials: same, username: u }\n    receive: false'),
      '`accounts.work.outgoing.username` does not go with `credentials: same` at line 4, column 55',
    ],
    [
      'a default account that is none',
      'defaultAccount: x\n',
      '`defaultAccount` names `x`, and there is no such account at line 1, column 17',
    ],
    [
      'a default account that does not send',
      `defaultAccount: work\n${account('send: false\n    receive: false')}`,
      '`defaultAccount` names `work`, which does not send at line 1, column 17',
    ],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  it.each(['hunter2', '{ keyring: false }', '{ env: A, file: b }', '{}', '{ stored: false }'])(
    'a password of %s, which is not repeated',
    (password) => {
      const [only, ...others] = problems(
        account(`incoming: { host: h, password: ${password} }\n    send: false`),
      );
      expect(others).toEqual([]);
      expect(only).toMatch(
        /^`accounts.work.incoming.password` must be exactly one of .* never stands in this file(, not a mapping)? at line 4, column 36$/,
      );
      expect(only).not.toContain('hunter2');
    },
  );

  it.each(['a/b', '..', 'a:b', 'ä', "''"])('a systemd credential of the name %s', (name) => {
    const password = `{ credential: "${name.replaceAll("'", '')}" }`;
    expect(
      problems(account(`incoming: { host: h, password: ${password} }\n    send: false`)),
    ).toEqual([expect.stringContaining('printable ASCII, no slash and no colon')]);
  });

  it('an empty list as command, or a variable with a dollar', () => {
    expect(
      problems(account('incoming: { host: h, password: { command: [] } }\n    send: false'))[0],
    ).toContain('must be');
    expect(
      problems(account('incoming: { host: h, password: { env: $PW } }\n    send: false')),
    ).toEqual([
      '`accounts.work.incoming.password.env` must be the name of an environment variable, without $ at line 4, column 43',
    ]);
  });

  it('everything at once, in the order of the file', () => {
    const text =
      'opptions: {}\naccounts:\n  a: { type: nntp, labell: A }\n  b: { identity: { address: a@b.example } }\n';
    expect(problems(text).map((each) => each.split(' at line')[0])).toEqual([
      'unknown key `opptions`',
      '`accounts.a.type` must be one of imap, pop3, not "nntp"',
      'unknown key `labell` in `accounts.a`',
      '`accounts.b.incoming.host` is missing',
      '`accounts.b.outgoing.host` is missing',
    ]);
  });

  it('two accounts with one id, one folder, or one folder within the other', () => {
    const each = 'send: false, receive: false, identity: { address: a@b.example }';
    const text = [
      'accounts:',
      `  a: { ${each}, id: aaaaaa }`,
      `  b: { ${each}, id: aaaaaa }`,
      `  c: { ${each}, path: ~/Mail/a }`,
      `  d: { ${each}, path: /home/anna/Mail/b/Sent }`,
    ].join('\n');
    expect(problems(text).map((problem) => problem.split(' at line')[0])).toEqual([
      '`accounts.b.id` is that of `a` too',
      '`accounts.c.path` is the folder of `a`',
      '`accounts.d.path` lies within the folder of `b`',
    ]);
  });

  it('two thousand accounts', () => {
    const one = 'incoming: { host: h }, outgoing: { host: h }, identity: { address: a@b.example }';
    const text = `accounts:\n${Array.from({ length: 2_000 }, (_, n) => `  a${String(n)}: { ${one} }\n`).join('')}`;
    const reading = readConfigText(text, context);
    expect([reading.problems.length, reading.accounts.size]).toEqual([0, 2_000]);
  }, 30_000);
});

describe('what is allowed', () => {
  it.each([
    ['nothing', ''],
    ['comments alone', '# nothing yet\n'],
    ['sections whose keys are commented out', 'version: 1\noptions:\ndefaults:\naccounts:\n'],
    [
      'PLAIN in clear on this machine',
      account('incoming: { host: 127.0.0.1, auth: plain, security: none }\n    send: false'),
    ],
    [
      'PLAIN in clear where it is allowed',
      account(
        'incoming: { host: h, auth: plain, security: none, allowInsecure: true }\n    send: false',
      ),
    ],
    [
      'no login in clear',
      account(
        'outgoing: { host: h, credentials: none, auth: plain, security: none }\n    receive: false',
      ),
    ],
    [
      'SCRAM for POP3',
      account('type: pop3\n    incoming: { host: h, auth: scram-sha-256 }\n    send: false'),
    ],
    [
      'an anchor and its alias',
      account(
        'incoming: &s { host: h, tls: { ca: x } }\n    outgoing: { host: h, tls: { ca: x } }',
      ),
    ],
    ['an IPv6 address', account('incoming: { host: "[2001:db8::1]" }\n    send: false')],
    ['a file with carriage returns and a byte order mark', '\uFEFFversion: 1\r\naccounts:\r\n'],
    [
      'a name of digits',
      'accounts:\n  0815: { send: false, receive: false, identity: { address: a@b.example } }\n',
    ],
  ])('%s', (_, text) => {
    expect(problems(text)).toEqual([]);
  });

  it('the same login on the same server twice', () => {
    const one =
      'incoming: { host: h, username: u }, outgoing: { host: h }, identity: { address: a@b.example }';
    expect(problems(`accounts:\n  a: { ${one} }\n  b: { ${one} }\n`)).toEqual([]);
  });
});
