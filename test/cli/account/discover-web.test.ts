/** Discovery as a whole, in an internet of the test's own: DNS, files on the web, and mail servers on their true ports. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configFile, type WrittenServer } from '../../adapters/autoconfig/config-files.ts';
import type { DnsTable } from '../../adapters/autoconfig/dns-server.ts';
import { createAuthority, type Authority, type Certificate } from '../../servers/authority.ts';
import { Home, posthorn } from '../running/posthorn.ts';
import { dialogueOf } from '../running/terminal.ts';
import type { Seen, SmallInternet } from '../running/small-internet.ts';

const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['-r']), '-n'];

const hosts = [
  ...['imap.example.org', 'pop.example.org', 'smtp.example.org', 'mail.example.net'],
  ...['example.org', 'autoconfig.example.org', 'autoconfig.thunderbird.net'],
  ...['autoconfig.xn--bcher-kva.example', 'imap.xn--bcher-kva.example'],
];

const greetings = { imap: '* OK ready\r\n', pop3: '+OK ready\r\n', smtp: '220 ready\r\n' };

let folder: string;
let program: string;
let authority: Authority;
let good: Certificate;
let home: Home;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-internet-'));
  authority = await createAuthority(join(folder, 'tls'));
  good = await authority.issue({ name: 'internet', hosts });
  program = join(folder, 'small-internet.mjs');
  const entryPoints = [join(import.meta.dirname, '..', 'running', 'small-internet.ts')];
  const format = { bundle: true, platform: 'node', format: 'esm', target: 'node20' } as const;
  await build({ entryPoints, outfile: program, ...format, logLevel: 'error' });
});

beforeEach(async () => {
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const here = [{ type: 'A', address: '127.0.0.1' }] as const;

/** Every host of the certificate, and these records. */
function names(more: DnsTable = {}): DnsTable {
  return { ...Object.fromEntries(hosts.map((host) => [host, here])), ...more };
}

function mailServers(): SmallInternet['mail'] {
  return [
    { port: 993, greeting: greetings.imap, certificate: good },
    { port: 995, greeting: greetings.pop3, certificate: good },
    { port: 465, greeting: greetings.smtp, certificate: good },
  ];
}

/** What posthorn did in this internet. */
function within(internet: Partial<SmallInternet>, ...words: string[]): Promise<Seen> {
  return seenBy(internet, [...posthorn, ...words]);
}

async function seenBy(internet: Partial<SmallInternet>, words: readonly string[]): Promise<Seen> {
  const whole = { dns: names(), secure: {}, clear: {}, certificate: good, mail: mailServers() };
  const plan = await home.write('internet.json', JSON.stringify({ ...whole, ...internet }));
  const env = { SSL_CERT_FILE: authority.ca, P: 'secret', TERM: 'xterm', LANG: 'C.UTF-8' };
  const command = [...unshare, process.execPath, program, plan, ...words];
  const { status, stdout, stderr } = await home.spawn(command, { env }).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Seen;
}

const named = 'autoconfig.example.org/mail/config-v1.1.xml';
const wellKnown = 'example.org/.well-known/autoconfig/mail/config-v1.1.xml';

const imap: WrittenServer = { type: 'imap', host: 'imap.example.org', port: 993 };
const all: readonly WrittenServer[] = [
  imap,
  { type: 'pop3', host: 'pop.example.org', port: 995 },
  { type: 'smtp', host: 'smtp.example.org', port: 465 },
];

describe('the file of a domain', () => {
  it('is taken; the address is told to the domain alone, and never in clear', async () => {
    const secure = { [named]: { body: configFile(all) } };
    const seen = await within({ secure }, 'account', 'discover', 'anna@example.org', '--json');
    expect(seen.status).toBe(0);
    const origin = { source: 'autoconfig', origin: 'autoconfig.example.org', certain: true };
    expect(JSON.parse(seen.stdout)).toMatchObject({
      imap: { ...origin, server: { host: 'imap.example.org', port: 993, security: 'tls' } },
      pop3: { ...origin, server: { host: 'pop.example.org' } },
      smtp: { ...origin, server: { host: 'smtp.example.org' } },
      trouble: [],
    });
    const told = [...seen.secure, ...seen.clear, ...seen.dns].filter((each) => /anna/.test(each));
    expect(told).toEqual([`${named}?emailaddress=anna%40example.org`]);
  });

  it('is what account add writes', async () => {
    const user = { username: '%EMAILLOCALPART%' };
    const secure = { [wellKnown]: { body: configFile(all.map((each) => ({ ...each, ...user }))) } };
    const add = ['account', 'add', 'work', '--email', 'anna@example.org', '--skip-test'];
    const { status, stderr } = await within({ secure }, ...add, '--password-env', 'P');
    expect(stderr).toContain('incoming server imap.example.org:993 (tls): example.org says so');
    expect(status).toBe(0);
    expect(parse(await readFile(home.config, 'utf8'))).toMatchObject({
      accounts: {
        work: {
          incoming: { host: 'imap.example.org', username: 'anna' },
          outgoing: { host: 'smtp.example.org' },
        },
      },
    });
  });

  it('is shown by the wizard, with where it comes from, and used once agreed to', async () => {
    const secure = { [named]: { body: configFile(all) } };
    const steps = [
      ['Type:', ''],
      ['Address', 'anna@example.org'],
      ['Your name', ''],
      ['Use what was found?', ''],
      ['User name:', ''],
      ['Password of anna', 'an environment variable'],
      ['Name of the variable', 'P'],
      ['save it, or change something first', ''],
    ] as const;
    const words = dialogueOf(steps, ['account', 'add', '--skip-test']);
    const { status, stdout } = await seenBy({ secure }, words);
    expect(stdout).toContain('imap.example.org:993 (tls) – autoconfig.example.org says so');
    expect(stdout).toContain('smtp.example.org:465 (tls)');
    expect(stdout).not.toContain('outside of the domain');
    expect(status).toBe(0);
    expect(parse(await readFile(home.config, 'utf8'))).toMatchObject({
      accounts: {
        anna: { incoming: { host: 'imap.example.org' }, outgoing: { host: 'smtp.example.org' } },
      },
    });
  });

  it('may know the person by another name at the outgoing server', async () => {
    const [, , smtp] = all;
    const servers = [{ ...imap, username: 'web17p3' }, ...(smtp === undefined ? [] : [smtp])];
    const secure = { [named]: { body: configFile(servers) } };
    const add = ['account', 'add', 'work', '--email', 'anna@example.org', '--skip-test'];
    expect((await within({ secure }, ...add, '--password-env', 'P')).status).toBe(0);
    expect(parse(await readFile(home.config, 'utf8'))).toMatchObject({
      accounts: {
        work: {
          incoming: { username: 'web17p3', password: { env: 'P' } },
          outgoing: { username: 'anna@example.org' },
        },
      },
    });
    const { document } = await home.json(['account', 'show', 'work']);
    expect(document).toMatchObject({
      account: { outgoing: { username: 'anna@example.org' } },
    });
  });

  it('never leads to a server with the certificate of another', async () => {
    const bad = await authority.certificate('wrong-host');
    const secure = { [named]: { body: configFile([{ ...imap, port: 1993 }]) } };
    const mail = [...mailServers(), { port: 1993, greeting: greetings.imap, certificate: bad }];
    const seen = await within({ secure, mail }, 'account', 'discover', 'anna@example.org');
    expect(seen.stdout).toMatch(
      /^ +imap +imap\.example\.org:1993 .*autoconfig\.example\.org says/m,
    );
    expect(seen.stdout).toMatch(/not usable: .*certificate/);
    expect(seen.stdout).toMatch(/^\* +imap +imap\.example\.org:993 .*guessed and tried/m);
  });

  it('in clear, that leads out of the domain: not used without a person', async () => {
    const away = all.map((each) => ({ ...each, host: 'mail.example.net' }));
    const internet = {
      clear: { [wellKnown]: { body: configFile(away) } },
      dns: { 'example.org': here, 'mail.example.net': here },
    };
    const add = ['account', 'add', 'work', '--email', 'anna@example.org', '--skip-test'];
    const { status, stderr, clear } = await within(internet, ...add, '--password-env', 'P');
    expect(stderr).toContain('not used unasked. If it is right, add --in-host mail.example.net');
    expect(status).toBe(78);
    expect(clear).toEqual([wellKnown]);
  });

  it('of a Unicode domain is asked for as DNS has it, and shown as it was written', async () => {
    const secure = {
      'autoconfig.xn--bcher-kva.example/mail/config-v1.1.xml': {
        body: configFile([{ ...imap, host: 'imap.%EMAILDOMAIN%' }]),
      },
    };
    const seen = await within({ secure }, 'account', 'discover', 'post@Bücher.example');
    expect(seen.stdout).toMatch(
      /^\* +imap +imap\.bücher\.example:993 +tls +post@Bücher\.example +autoconfig\.bücher\.example says so/m,
    );
    expect(seen.stdout).not.toContain('xn--');
  });
});

describe('the public collection', () => {
  const secure = {
    'autoconfig.thunderbird.net/v1.1/example.com': { body: configFile(all) },
    'autoconfig.thunderbird.net/v1.1/example.net': { body: configFile(all) },
  };

  it('knows the domain, and learns nothing else', async () => {
    const seen = await within({ secure }, 'account', 'discover', 'anna@example.com', '--json');
    expect(JSON.parse(seen.stdout)).toMatchObject({
      imap: { source: 'ispdb', origin: 'autoconfig.thunderbird.net' },
    });
    expect(seen.secure).toEqual(['autoconfig.thunderbird.net/v1.1/example.com']);
  });

  it('knows the house that takes the mail', async () => {
    const dns = names({ 'example.edu': [{ type: 'MX', priority: 0, target: 'mx.example.net' }] });
    const seen = await within({ secure, dns }, 'account', 'discover', 'anna@example.edu', '--json');
    expect(JSON.parse(seen.stdout)).toMatchObject({
      imap: { source: 'mx', origin: 'mx.example.net', server: { host: 'imap.example.org' } },
    });
  });

  it('is not asked where the configuration says so', async () => {
    await home.configure('version: 1\noptions: { discovery: { ispdb: false } }\n');
    const seen = await within({ secure }, 'account', 'discover', 'anna@example.com');
    expect(seen.secure).toEqual([]);
    expect(seen.dns).not.toContain('autoconfig.thunderbird.net');
    expect(seen.status).toBe(69);
  });

  it('may be another one', async () => {
    await home.configure(
      'version: 1\noptions: { discovery: { ispdb: https://example.org/db/ } }\n',
    );
    const own = { 'example.org/db/example.com': { body: configFile(all) } };
    const seen = await within({ secure: own }, 'account', 'discover', 'anna@example.com', '--json');
    expect(JSON.parse(seen.stdout)).toMatchObject({ smtp: { source: 'ispdb' } });
  });
});

describe('a network that is in the way', () => {
  it('a login page instead of every file: no candidate, and a word on each', async () => {
    const body = '<!DOCTYPE html><title>\u001b[31mWelcome to the hotel</title>';
    const pages = { [named]: { body }, [wellKnown]: { body } };
    const certificate = await authority.certificate('wrong-host');
    const internet = { clear: pages, certificate, mail: [] };
    const seen = await within(internet, 'account', 'discover', 'anna@example.org');
    expect(seen.stdout).not.toMatch(/^\*/m);
    expect(seen.stderr).toContain(`http://${wellKnown} is no file of mail servers\n`);
    expect(seen.stderr).toMatch(
      /certificate of autoconfig\.example\.org:443 is issued for other names/,
    );
    expect(seen.stderr).not.toContain('\u001b');
    expect(seen.secure).toEqual([]);
    expect(seen.status).toBe(69);
  });

  it('look-ups and web servers that are silent do not hold up what is settled', async () => {
    const dns = names({ '_imaps._tcp.example.org': 'silent', '_pop3._tcp.example.org': 'silent' });
    const secure = { [named]: { body: configFile(all) }, [wellKnown]: 'silent' as const };
    const seen = await within({ dns, secure }, 'account', 'discover', 'anna@example.org', '--json');
    // Whatever had been waited for would have said that it got no answer.
    expect(JSON.parse(seen.stdout)).toMatchObject({ imap: { source: 'autoconfig' }, trouble: [] });
  });

  it('a DNS that is dead: an end within the bound, and 75', async () => {
    const seen = await within({ dns: null }, 'account', 'discover', 'anna@example.org');
    expect(seen.stderr).toContain('could not be looked up (DNS)');
    expect(seen.status).toBe(75);
    expect(seen.ms).toBeLessThan(20_000);
  });
});
