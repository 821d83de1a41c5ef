/** Passwords in the keyring of the desktop: added, moved, changed, forgotten, and out of reach. */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { SessionBus } from '../../servers/gnome-keyring.ts';
import { configuration, onDovecot } from '../running/accounts.ts';
import { Home } from '../running/posthorn.ts';
import { converse } from '../running/terminal.ts';

vi.setConfig({ testTimeout: 120_000 });

let dovecot: Dovecot;
let bus: SessionBus;
let user: User;
let home: Home;
let desktop: { env: { DBUS_SESSION_BUS_ADDRESS: string } };

beforeAll(async () => {
  [dovecot, bus] = await Promise.all([startDovecot(), SessionBus.start()]);
  await bus.startKeyring();
  desktop = { env: { DBUS_SESSION_BUS_ADDRESS: bus.address } };
});

afterAll(async () => {
  await Promise.all([dovecot.stop(), bus.stop()]);
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

function add(...more: readonly string[]): string[] {
  return [
    ...['account', 'add', 'work', '--email', user.address, '--no-send', '--tls-ca', dovecot.ca],
    ...['--in-host', dovecot.host, '--in-port', String(dovecot.ports.imaps), ...more],
  ];
}

async function passwordEntry(): Promise<unknown> {
  const file = parse(await readFile(home.config, 'utf8')) as {
    accounts: { work: { incoming: { password: unknown } } };
  };
  return file.accounts.work.incoming.password;
}

const kept = (): Promise<string[]> => readdir(home.secrets).catch(() => []);

it('holds the password from add to remove; other sessions are told where it is: 75', async () => {
  const words = add('--password-keyring', '--password-stdin');
  const added = await home.run(words, { input: `${user.password}\n`, ...desktop });
  expect(added).toMatchObject({ status: 0 });
  expect(await passwordEntry()).toEqual({ keyring: true });
  expect(await kept()).toEqual([expect.stringMatching(/^\w+\.incoming\.keyring$/)]);
  expect((await home.run(['sync'], desktop)).status).toBe(0);

  const cron = await home.run(['sync']);
  expect(cron.status).toBe(75);
  expect(cron.stderr).toMatch(
    /^posthorn: work: the keyring does not give the password: no session/m,
  );
  expect(cron.stderr).toContain('--no-password-keyring --password-stdin');
  const { document } = await home.json<{ account: { suspended: unknown } }>([
    ...['account', 'show', 'work'],
  ]);
  expect(JSON.stringify(document)).toMatch(/"loginFailures":0/);

  const removed = await home.run(['account', 'remove', 'work', '--yes'], desktop);
  expect(removed).toMatchObject({ status: 0, stderr: '' });
  expect(await kept()).toEqual([]);
});

it('takes a password from the file and gives it back; passwd keeps the place', async () => {
  expect((await home.run(add('--password-stdin'), { input: user.password })).status).toBe(0);
  const edit = (...more: string[]) => ['account', 'edit', 'work', ...more];
  const there = await home.run(edit('--password-keyring'), desktop);
  expect(there).toMatchObject({ status: 0 });
  expect(there.stdout).toMatch(/^work: incoming\.password: stored → keyring$/m);
  expect(there.stdout).not.toContain('a new one');
  expect(await kept()).toEqual([expect.stringMatching(/\.incoming\.keyring$/)]);

  const passwd = ['account', 'passwd', 'work', '--password-stdin'];
  const wrong = await home.run(passwd, { input: 'wrong-secret', ...desktop });
  expect(wrong.status).toBe(77);
  expect((await home.run(['account', 'test'], desktop)).status).toBe(0);
  const changed = await home.run(passwd, { input: user.password, ...desktop });
  expect(changed.stdout).toMatch(/^work: the new password is stored in the keyring$/m);
  const again = await home.run(edit('--password-stdin'), { input: user.password, ...desktop });
  expect(again.status).toBe(0);
  expect(await passwordEntry()).toEqual({ keyring: true });
  const nobody = await home.run(passwd, { input: user.password });
  expect(nobody).toMatchObject({ status: 75, stdout: '' });
  expect(nobody.stderr).toMatch(/no keyring answers: no session bus here/);

  const back = await home.run(edit('--no-password-keyring'), desktop);
  expect(back.stdout).toMatch(/^work: incoming\.password: keyring → stored$/m);
  expect(await kept()).toEqual([expect.stringMatching(/\.incoming$/)]);
  expect((await home.run(['account', 'test'])).status).toBe(0);
  for (const each of home.told) expect(each).not.toContain(user.password);
});

it('asks for it on a terminal', async () => {
  const steps = [['Password of', user.password]] as const;
  const { status, text } = await converse(home, add('--password-keyring'), steps, desktop);
  expect(status).toBe(0);
  expect(text).not.toContain(user.password);
  expect(await passwordEntry()).toEqual({ keyring: true });
});

describe('is refused', () => {
  it('without terminal and standard input: 64', async () => {
    const { status, stderr } = await home.run(add('--password-keyring'), desktop);
    expect(status).toBe(64);
    expect(stderr).toMatch(/--password-keyring needs a password.*--password-stdin/);
  });

  it('where no keyring answers: 75, before anything is read or tested', async () => {
    const words = add('--password-keyring', '--password-stdin');
    const { status, stderr } = await home.run(words, { input: user.password });
    expect(status).toBe(75);
    expect(stderr).toMatch(/work: no keyring answers: no session bus here/);
    expect(await kept()).toEqual([]);
  });

  it('beside another source: 64', async () => {
    const words = add('--password-keyring', '--password-env', 'P');
    expect((await home.run(words, desktop)).status).toBe(64);
  });

  it('where it is locked, and the account is removed all the same: 75, and what stays is named', async () => {
    const words = add('--password-keyring', '--password-stdin', '--skip-test');
    expect((await home.run(words, { input: 'x', ...desktop })).status).toBe(0);
    await bus.lock();
    const removed = await home.run(['account', 'remove', 'work', '--yes'], desktop);
    expect(removed.status).toBe(75);
    expect(removed.stdout).toMatch(/^work: removed/);
    expect(removed.stderr).toMatch(/stays in the keyring: it is locked.*\.incoming/);
    await bus.stopKeyring();
    await bus.startKeyring();
  });
});

describe('a systemd credential', () => {
  it('is read where systemd hands it over; elsewhere 75, and no refused login', async () => {
    const words = add('--password-credential', 'mail', '--skip-test');
    expect((await home.run(words)).status).toBe(0);
    expect(await passwordEntry()).toEqual({ credential: 'mail' });
    await home.write('mail', `${user.password}\n`);
    const service = { env: { CREDENTIALS_DIRECTORY: home.folder } };
    expect((await home.run(['sync'], service)).status).toBe(0);
    const outside = await home.run(['sync']);
    expect(outside.status).toBe(75);
    expect(outside.stderr).toMatch(/systemd credential mail is not to be had here.*systemd\.exec/);
    const passwd = await home.run(['account', 'passwd', 'work', '--password-stdin'], {
      input: 'x',
    });
    expect(passwd.stderr).toMatch(/comes from a systemd credential/);
  });

  it('with a slash in its name is refused: 78', async () => {
    const password = { credential: '../mail' };
    const { incoming, ...rest } = onDovecot(dovecot, user) as { incoming: object };
    await home.configure(configuration({ work: { ...rest, incoming: { ...incoming, password } } }));
    const { status, stderr } = await home.run(['sync']);
    expect(status).toBe(78);
    expect(stderr).toMatch(/no slash/);
  });
});

it('a name alone under outgoing logs in with the incoming password that posthorn keeps', async () => {
  expect((await home.run(add('--password-stdin'), { input: user.password })).status).toBe(0);
  const smtp = ['--send', '--out-host', '127.0.0.1', '--out-port', '9', '--skip-test'];
  expect((await home.run(['account', 'edit', 'work', ...smtp])).status).toBe(0);
  const text = await readFile(home.config, 'utf8');
  await home.configure(text.replace('outgoing:', `outgoing:\n      username: ${user.address}`));
  const { stdout, stderr } = await home.run(['account', 'test', 'work']);
  expect(stdout + stderr).not.toMatch(/no password is stored/);
});
