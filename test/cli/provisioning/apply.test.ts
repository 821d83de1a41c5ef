/** account apply and export: the accounts as a file, in and out, and what a pruned account leaves behind. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot } from '../../servers/dovecot.ts';
import { configuration, onDovecot } from '../running/accounts.ts';
import { Home } from '../running/posthorn.ts';

let dovecot: Dovecot;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
});

beforeEach(async () => {
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await dovecot.stop();
});

const apply = (file: string, ...more: string[]) => home.run(['account', 'apply', file, ...more]);

const named = (name: string, more = ''): string =>
  `  ${name}: { send: false, identity: { address: ${name}@example.org }, incoming: { host: imap.example.org, password: { stored: true } }${more} }\n`;

it('makes the file, and changes nothing the second time', async () => {
  const file = await home.write('a.yaml', `accounts:\n${named('one')}${named('two')}`);
  const dry = await apply(file, '--dry-run');
  expect(dry).toEqual({
    status: 0,
    stdout: 'one: would be added\ntwo: would be added\n',
    stderr: '',
  });
  await expect(stat(home.config)).rejects.toThrow();
  expect(await apply(file)).toEqual({ status: 0, stdout: 'one: added\ntwo: added\n', stderr: '' });
  const text = await readFile(home.config, 'utf8');
  const { ino, mode } = await stat(home.config);
  expect(mode & 0o777).toBe(0o600);
  const { accounts } = parse(text) as { accounts: Record<string, { id: string }> };
  for (const { id } of Object.values(accounts)) expect(id).toMatch(/^[a-z2-7]{6}$/);
  expect((await apply(file)).stdout).toBe('one: unchanged\ntwo: unchanged\n');
  expect((await stat(home.config)).ino).toBe(ino);
  const input = `accounts: { one: { label: One, incoming: { port: 1993 } } }`;
  const piped = await home.json(['account', 'apply', '-'], { input });
  expect(piped.document).toMatchObject({
    accounts: [{ name: 'one', change: 'changed', keys: ['label', 'incoming.port'] }],
    dryRun: false,
  });
});

it('says what is wrong with the file, and where, and leaves everything as it was', async () => {
  const file = await home.write('a.yaml', 'accounts:\n  one:\n    incoming: { hots: x }\n');
  const { status, stderr } = await apply(file);
  expect(status).toBe(65);
  expect(stderr).toMatch(/a\.yaml:3:17: unknown key `hots`.*did you mean `host`\?/);
  const lacking = await apply(await home.write('b.yaml', 'accounts: { one: { label: x } }'));
  expect(lacking.status).toBe(78);
  expect(lacking.stderr).toMatch(/accounts\.one\.identity\.address/);
  expect((await apply('nowhere.yaml')).status).toBe(74);
  expect((await apply(await home.write('c.yaml', Buffer.from([0xff, 0xfd])))).status).toBe(65);
  await expect(stat(home.config)).rejects.toThrow();
});

it('prunes only when that is agreed to, and never for an empty file', async () => {
  const both = await home.write('both.yaml', `accounts:\n${named('one')}${named('two')}`);
  expect((await apply(both)).status).toBe(0);
  const password = [
    'account',
    'add',
    'kept',
    '--email',
    'k@example.org',
    '--no-send',
    '--skip-test',
  ];
  const place = ['--in-host', 'imap.example.org', '--password-stdin'];
  expect((await home.run([...password, ...place], { input: 'secret\n' })).status).toBe(0);
  expect(await readdir(home.secrets)).toHaveLength(1);
  const before = await readFile(home.config, 'utf8');
  for (const empty of ['', 'version: 1\n', 'accounts: {}\n']) {
    const { status, stderr } = await apply(
      await home.write('empty.yaml', empty),
      '--prune',
      '--yes',
    );
    expect({ status, empty }).toEqual({ status: 65, empty });
    expect(stderr).toMatch(/names no account/);
  }
  const one = await home.write('one.yaml', `accounts:\n${named('one')}`);
  const unasked = await apply(one, '--prune');
  expect(unasked.status).toBe(64);
  expect(unasked.stderr).toMatch(/would be removed: two, kept.*--yes/s);
  expect(await readFile(home.config, 'utf8')).toBe(before);
  const pruned = await apply(one, '--prune', '--yes');
  expect(pruned.status).toBe(0);
  expect(pruned.stdout).toMatch(
    /one: unchanged\ntwo: removed; its mail stays in ~\/Mail\/two\nkept: removed/,
  );
  const { accounts } = parse(await readFile(home.config, 'utf8')) as { accounts: object };
  expect(Object.keys(accounts)).toEqual(['one']);
  expect(await readdir(home.secrets)).toEqual([]);
});

it('tests first with --test, and saves nothing where that fails', async () => {
  const user = await dovecot.addUser();
  const good = await home.write('good.yaml', configuration({ good: onDovecot(dovecot, user) }));
  const wrong = onDovecot(dovecot, { ...user, password: 'wrong' });
  const bad = await home.write(
    'bad.yaml',
    configuration({ good: onDovecot(dovecot, user), wrong }),
  );
  const failed = await apply(bad, '--test');
  expect(failed.status).toBe(77);
  expect(failed.stdout).toMatch(/^wrong: .*failed/m);
  await expect(stat(home.config)).rejects.toThrow();
  const saved = await apply(good, '--test');
  expect(saved.status).toBe(0);
  expect(saved.stdout).toMatch(/good: receive.*good: added/s);
  expect((await home.run(['sync', 'good'])).status).toBe(0);
});

it('what is exported can be applied elsewhere, and holds no password', async () => {
  const file = await home.write(
    'a.yaml',
    `defaults: { tags: [all] }\naccounts:\n${named('one')}${named('two')}`,
  );
  expect((await apply(file)).status).toBe(0);
  const exported = await home.run(['account', 'export']);
  expect(exported.status).toBe(0);
  expect((await home.run(['account', 'apply', '-'], { input: exported.stdout })).stdout).toBe(
    'one: unchanged\ntwo: unchanged\n',
  );
  const other = await Home.make();
  const there = await other.run(['account', 'apply', '-'], { input: exported.stdout });
  expect(there.status).toBe(0);
  expect((await other.run(['account', 'export'])).stdout).toBe(exported.stdout);
  await other.remove();
  const { document } = await home.json<{ accounts: object }>(['account', 'export', 'two']);
  expect(document.accounts).toMatchObject({
    two: { tags: ['all'], incoming: { password: { stored: true } } },
  });
  expect((await home.run(['account', 'export', 'nobody'])).status).toBe(64);
});
