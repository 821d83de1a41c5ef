/** The wizard on a pseudo-terminal, against the real servers: the way through, mistakes and their repair, and leaving. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDnsServer, type DnsServer } from '../../adapters/autoconfig/dns-server.ts';
import { startDovecot, type Dovecot, type User } from '../../servers/dovecot.ts';
import { startPostfix, type Postfix } from '../../servers/postfix.ts';
import { configuration, sendingBy } from '../running/accounts.ts';
import { below, Home } from '../running/posthorn.ts';
import { converse, keys, type Shown, type Step } from '../running/terminal.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let dns: DnsServer;
let user: User;
let home: Home;
let env: Record<string, string>;

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
  const srv = { type: 'SRV', priority: 0, weight: 0, target: 'localhost' } as const;
  dns = await startDnsServer({
    '_imaps._tcp.example.org': [{ ...srv, port: dovecot.ports.imaps }],
    '_submission._tcp.example.org': [{ ...srv, port: postfix.ports.submission }],
  });
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
  env = { POSTHORN_DNS: dns.address, SSL_CERT_FILE: dovecot.ca };
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await dns.stop();
  await postfix.stop();
  await dovecot.stop();
});

type Entry = Record<string, Record<string, unknown> | undefined>;

async function entry(name: string): Promise<Entry> {
  const file = parse(await readFile(home.config, 'utf8')) as { accounts?: Record<string, Entry> };
  const found = file.accounts?.[name];
  if (found === undefined) throw new Error(`${name} is not in the file`);
  return found;
}

const name = (): string => user.address.split('@')[0] ?? '';
const wizard = (words: readonly string[], steps: readonly Step[]): Promise<Shown> =>
  converse(home, ['account', ...words], steps, { env });

const menu = 'save it, or change something first';

/** Up to the password: type, address, name, the servers that DNS names, the user name, and a file for the password. */
function upToPassword(password: string): Step[] {
  return [
    ['Type:', ''],
    ['Address', user.address],
    ['Your name', 'Anna Example'],
    ['Use what was found?', ''],
    ['User name:', ''],
    [`Password of ${user.address}`, 'typed now, kept in a file'],
    ['Password:', password],
  ];
}

describe('account add on a terminal', () => {
  it('leads from nothing to an account that works', async () => {
    const steps = [...upToPassword(user.password), [menu, '']] as Step[];
    const { status, text } = await wizard(['add'], steps);
    expect(text).toContain(`localhost:${String(dovecot.ports.imaps)} (tls)`);
    expect(text).toContain('DNS names it (_imaps._tcp.example.org)');
    expect(text).toContain('outside of the domain of the address');
    expect(text).toContain('Within reach of cron and systemd');
    expect(text).toContain('in a file that you alone can read');
    expect(text).not.toContain(user.password);
    expect(text).toContain(`${name()}: added to ~/.config/posthorn/config.yaml`);
    expect(status).toBe(0);
    expect(await entry(name())).toMatchObject({
      identity: { address: user.address, name: 'Anna Example' },
      incoming: {
        host: 'localhost',
        port: dovecot.ports.imaps,
        password: { stored: true },
      },
      outgoing: { host: 'localhost', port: postfix.ports.submission, security: 'starttls' },
    });
    expect((await home.run(['sync'], { env })).status).toBe(0);
    expect((await home.run(['account', 'default'])).stdout).toBe(`${name()}\n`);
  });

  it('offers the repair of a wrong password, and keeps everything else', async () => {
    const { status, text } = await wizard(
      ['add', 'work'],
      [
        ...upToPassword('wrong'),
        ['What now?', 'Enter the password again'],
        ['Password:', user.password],
        [menu, ''],
      ],
    );
    expect(text).toContain('refused');
    expect(text).toContain('Try the user name');
    expect(status).toBe(0);
    expect(await entry('work')).toMatchObject({ identity: { name: 'Anna Example' } });
    expect((await home.run(['sync'], { env })).status).toBe(0);
  });

  it('offers the port where a wrong one was given, and the other form of the user name', async () => {
    const { status, text } = await wizard(
      ['add', 'work'],
      [
        ['Type:', ''],
        ['Address', user.address],
        ['Your name', ''],
        ['Use what was found?', 'Enter other servers'],
        ['Host', 'localhost'],
        ['Security:', 'TLS'],
        ['Port', String(dovecot.ports.imap)],
        ['Host', 'localhost'],
        ['Security:', 'STARTTLS'],
        ['Port', String(postfix.ports.submission)],
        ['User name:', 'nobody@example.org'],
        ['Password of', 'typed now, kept in a file'],
        ['Password:', user.password],
        ['What now?', `Try port ${String(dovecot.ports.imap)} with STARTTLS`],
        ['What now?', `Try the user name ${user.address}`],
        [menu, ''],
      ],
    );
    expect(text).toContain('The port changes with it: 465 → 587.');
    expect(status).toBe(0);
    expect((await entry('work'))['incoming']).toMatchObject({
      port: dovecot.ports.imap,
      security: 'starttls',
    });
    expect((await entry('work'))['incoming']?.['username']).toBeUndefined();
  });

  it('leaves nothing behind at Ctrl-C, wherever it comes', async () => {
    const all = upToPassword(user.password);
    for (let at = 0; at <= all.length; at += 1) {
      const question = all[at]?.[0] ?? menu;
      const { status, text } = await wizard(['add'], [...all.slice(0, at), [question, keys.ctrlC]]);
      expect(text).toContain('Nothing was saved.');
      expect(text).not.toContain('never asked');
      expect({ at, status }).toEqual({ at, status: 130 });
      expect({ at, left: await below(home.folder) }).toEqual({ at, left: [] });
    }
  });

  it('can be left by the menu, and saved untested', async () => {
    const left = await wizard(['add'], [...upToPassword(user.password), [menu, 'Leave']]);
    expect(left.text).toContain('Nothing was saved.');
    expect(left.status).toBe(0);
    expect(await below(home.folder)).toEqual([]);
    const untested = await wizard(
      ['add', 'work'],
      [...upToPassword('wrong'), ['What now?', 'Save it untested'], [menu, '']],
    );
    expect(untested.status).toBe(0);
    expect(await entry('work')).toMatchObject({ incoming: { password: { stored: true } } });
  });

  it('warns of a password in clear, and sends none unless that is allowed', async () => {
    const { text } = await wizard(
      ['add'],
      [
        ...upToPassword(user.password),
        [menu, 'Incoming server'],
        ['Incoming server:', 'Security'],
        ['Security:', 'none'],
        ['Allow the password to leave in clear?', 'n'],
        ['Incoming server:', keys.ctrlC],
      ],
    );
    expect(text).toContain('everybody on the way can read the mail');
    expect(text).toContain(`The port stays ${String(dovecot.ports.imaps)}, as it was given.`);
  });
});

describe('account edit on a terminal', () => {
  beforeEach(async () => {
    await home.configure(configuration({ work: sendingBy(postfix, dovecot, user) }));
  });

  it('opens with the present values, and writes what was changed alone', async () => {
    const before = await entry('work');
    const { status, text } = await wizard(
      ['edit', 'work'],
      [
        [menu, 'Fetching'],
        ['Fetching:', 'Polling'],
        ['Polling interval –', '7m'],
        ['Fetching:', ''],
        [menu, 'Person'],
        ['Person:', 'Organization'],
        ['Organization:', 'Example Ltd'],
        ['Person:', ''],
        [menu, ''],
      ],
    );
    expect(text).toContain(
      `localhost:${String(dovecot.ports.imaps)} (tls)`.replace('localhost', dovecot.host),
    );
    expect(text).toContain('printed by a command');
    expect(text).toContain('work: incoming.interval: not set → 7m');
    expect(status).toBe(0);
    const { incoming, identity } = await entry('work');
    expect(incoming).toEqual({ ...before['incoming'], interval: '7m' });
    expect(identity).toEqual({ ...before['identity'], organization: 'Example Ltd' });
  });

  it('tests a new way to the server before it is saved', async () => {
    const { status, text } = await wizard(
      ['edit', 'work'],
      [
        [menu, 'Login'],
        ['Login:', 'Password'],
        ['Password of', 'typed now, kept in a file'],
        ['Password:', 'wrong'],
        ['Login:', ''],
        [menu, 'Test it, then save'],
        ['What now?', 'Enter the password again'],
        ['Password:', user.password],
      ],
    );
    expect(text).toContain('refused');
    expect(status).toBe(0);
    expect((await entry('work'))['incoming']?.['password']).toEqual({ stored: true });
    expect((await home.run(['sync'])).status).toBe(0);
  });

  it('changes nothing where nothing was changed, at Ctrl-C and Ctrl-D', async () => {
    const before = await readFile(home.config, 'utf8');
    const same = await wizard(['edit'], [[menu, 'Save']]);
    expect(same).toMatchObject({ status: 0 });
    const left = await wizard(
      ['edit', 'work'],
      [
        [menu, 'Used for'],
        ['Used for:', 'Receiving'],
        ['Receiving:', 'no'],
        ['Used for:', keys.ctrlC],
      ],
    );
    expect(left.status).toBe(130);
    const closed = await wizard(['edit', 'work'], [[menu, keys.ctrlD]]);
    expect(closed.status).toBe(130);
    expect(await readFile(home.config, 'utf8')).toBe(before);
  });
});
