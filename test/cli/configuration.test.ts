/** Configuration files that cannot be meant: 78, with line, column and the nearest known key; and `config path|check|schema`. */
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configuration } from './running/accounts.ts';
import { Home } from './running/posthorn.ts';

const homes: Home[] = [];

async function homeWith(config?: string): Promise<Home> {
  const home = await Home.make(config);
  homes.push(home);
  return home;
}

afterEach(async () => {
  await Promise.all(homes.splice(0).map((home) => home.remove()));
});

const account = (lines: string): string =>
  `version: 1\naccounts:\n  work:\n    identity: { address: you@example.org }\n${lines}`;

const refused = [
  {
    what: 'a tab',
    config: 'version: 1\naccounts:\n\twork:\n\t\ttype: imap\n',
    place: '3:1',
    says: /tab/i,
  },
  {
    what: 'an unknown key',
    config: account('    incomming: { host: imap.example.org }\n'),
    place: '5:5',
    says: /unknown key .*incomming.*incoming/s,
  },
  {
    what: 'an account that stands there twice',
    config: account('    type: imap\n  work:\n    type: pop3\n'),
    place: '6:3',
    says: /work.*(twice|already|again)/s,
  },
  {
    what: 'a port of 99999',
    config: account('    incoming:\n      host: imap.example.org\n      port: 99999\n'),
    place: '7:13',
    says: /65535/,
  },
  {
    what: 'a name that no account may have',
    config: 'version: 1\naccounts:\n  Work!:\n    type: imap\n',
    place: '3:3',
    says: /Work!/,
  },
  {
    what: 'a key that would move the cursor',
    config: account('    "la\\e[2Jbel": Work\n'),
    place: '5:5',
    says: /unknown key `la\?\[2Jbel`/,
  },
  {
    what: 'no incoming server',
    config: account('    type: imap\n'),
    place: '3:3',
    says: /incoming/,
  },
];

describe.each(refused)('a configuration with $what', ({ config, place, says }) => {
  it('is refused with its place, by every command that reads it', async () => {
    const home = await homeWith(config);
    const [line, column] = place.split(':');
    const [sync, check] = await Promise.all([home.run(['sync']), home.run(['config', 'check'])]);
    expect(sync).toMatchObject({ status: 78, stdout: '' });
    expect(sync.stderr).toContain(`${home.config}: `);
    expect(sync.stderr).toContain(`line ${line ?? ''}, column ${column ?? ''}`);
    expect(sync.stderr).toMatch(says);
    expect(sync.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(check).toMatchObject({ status: 78, stderr: '' });
    expect(check.stdout).toContain(`${home.config}:${place}: `);
    expect(check.stdout).toMatch(says);
  });
});

/** One mistake in each line with the mark. */
const mistakes = `version: 2 # no
colour: red # no
options:
  mailRot: ~/Mail # no
  layout: tree # no
  maxFailures: -1 # no
  suspendAfter: 1w # no
  saveSent: yes # no
defaults:
  id: aaaa11 # no
  incoming:
    port: 0 # no
    auth: magic # no
    idle: maybe # no
accounts:
  Bad!: # no
    send: false
    receive: false
    identity: { address: a@example.org }
  one:
    label: "" # no
    tags: [two words] # no
    type: exchange # no
    enabled: 1 # no
    unknown: 1 # no
    identity:
      address: nobody # no
      replyTo: "<a@b>" # no
    incoming:
      host: imaps://x # no
      security: ssl # no
      interval: soon # no
      leaveOnServer: 3 # no
      password: secret # no
      allowInsecure: please # no
      tls:
        fingerprint: abc # no
        ca: $HOME/ca # no
        certs: x # no
    outgoing:
      credentials: mine # no
      port: "465" # no
      host: [a] # no
`;

describe('config', () => {
  it('path names the file, there or not, in the order of the contract', async () => {
    const home = await homeWith();
    const paths = await Promise.all([
      home.run(['config', 'path']),
      home.run(['config', 'path'], { env: { XDG_CONFIG_HOME: '/xdg' } }),
      home.run(['config', 'path'], { env: { POSTHORN_CONFIG: '/named.yaml' } }),
      home.run(['config', 'path', '--config', 'own.yaml'], {
        env: { POSTHORN_CONFIG: '/named.yaml' },
      }),
    ]);
    expect(paths.map(({ stdout }) => stdout)).toEqual([
      `${home.config}\n`,
      '/xdg/posthorn/config.yaml\n',
      '/named.yaml\n',
      `${join(home.folder, 'own.yaml')}\n`,
    ]);
    expect(paths.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  });

  it('check says that all is well, and every problem at once where it is not', async () => {
    const home = await homeWith(configuration({}));
    expect(await home.run(['config', 'check'])).toEqual({
      status: 0,
      stdout: `${home.config}: good\n`,
      stderr: '',
    });
    await home.configure(account('    colour: red\n    incoming: { host: a, port: 0 }\n'));
    const { status, document } = await home.json<{ problems: object[] }>(['config', 'check']);
    expect(status).toBe(78);
    expect(document.problems).toMatchObject([
      { line: 5, column: 5 },
      { line: 6, column: 32 },
    ]);
  });

  it('schema is a JSON Schema that knows the keys', async () => {
    const { status, stdout } = await (await homeWith()).run(['config', 'schema']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'object',
      properties: { accounts: {}, options: {}, defaults: {} },
    });
  });

  it('made by posthorn begins with the line for editors, which leads to the schema; others never get it', async () => {
    const home = await homeWith();
    const add = [
      'account',
      'add',
      'work',
      '--email',
      'you@example.org',
      ...['--in-host', 'imap.example.org', '--password-env', 'NONE', '--no-send'],
    ];
    expect((await home.run([...add, '--skip-test'])).status).toBe(0);
    const [first = '', second] = (await readFile(home.config, 'utf8')).split('\n');
    expect(second).toBe('version: 1');
    expect((await home.run(['config', 'schema', '--line'])).stdout).toBe(`${first}\n`);
    const url = /^# yaml-language-server: \$schema=(file:\S+)$/.exec(first)?.[1] ?? '';
    const { stdout } = await home.run(['config', 'schema']);
    expect(await readFile(new URL(url), 'utf8')).toBe(stdout);
    await home.configure('version: 1\n');
    await home.run(['account', 'add', 'other', ...add.slice(3), '--skip-test']);
    expect(await readFile(home.config, 'utf8')).toMatch(/^version: 1\n/);
  });

  it('show prints what holds as a configuration, for people and as JSON', async () => {
    const home = await homeWith(
      account('    incoming: { host: imap.example.org }\n    send: false\n'),
    );
    const { status, stdout } = await home.run(['config', 'show']);
    expect(status).toBe(0);
    expect(stdout).toContain('      port: 993 # default\n');
    const copy = await home.write('copy.yaml', stdout);
    expect((await home.run(['config', 'check', '--config', copy])).stdout).toBe(`${copy}: good\n`);
    const { document } = await home.json<{ origins: { accounts: Record<string, object> } }>([
      ...['config', 'show'],
    ]);
    expect(Object.values(document.origins.accounts)).toMatchObject([
      { 'incoming.host': 'account', 'incoming.port': 'built-in' },
    ]);
  });

  it('check names thirty-one mistakes in one go', async () => {
    const home = await homeWith(mistakes);
    const { document, status } = await home.json<{ problems: { line: number }[] }>([
      ...['config', 'check'],
    ]);
    expect(status).toBe(78);
    const wrong = mistakes
      .split('\n')
      .flatMap((text, at) => (text.includes('# no') ? [at + 1] : []));
    expect(wrong).toHaveLength(31);
    expect([...new Set(document.problems.map(({ line }) => line))]).toEqual(wrong);
  });

  it('that everyone may write is refused, for it names commands', async () => {
    const home = await homeWith(configuration({}));
    await chmod(home.config, 0o666);
    const { status, stderr } = await home.run(['account', 'list']);
    expect(status).toBe(78);
    expect(stderr).toContain(`chmod 600 ${home.config}`);
  });

  it('named by --config and missing is an error, named by nobody and missing is an empty one', async () => {
    const home = await homeWith();
    const missing = await home.run(['account', 'list', '--config', 'none.yaml']);
    expect(missing.status).toBe(78);
    expect(missing.stderr).toContain(`${join(home.folder, 'none.yaml')} does not exist`);
    expect((await home.run(['account', 'list'])).status).toBe(0);
    await expect(stat(home.config)).rejects.toThrow('ENOENT');
  });
});
