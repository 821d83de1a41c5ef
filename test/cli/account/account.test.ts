/** account list, show, default, enable, disable, remove: what is told, what is kept, and when an account is suspended. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import { configuration, onDovecot, type Entry } from '../running/accounts.ts';
import { below, Home, maildir, posthorn } from '../running/posthorn.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

interface File {
  defaultAccount?: string;
  accounts?: Record<string, Record<string, unknown>>;
}

async function file(): Promise<File> {
  return parse(await readFile(home.config, 'utf8')) as File;
}

const filesOf = (folder: string): Promise<string[]> => below(folder).catch(() => []);

describe('an account', () => {
  const named = (name: string): string[] => ['account', ...name.split(' ')];

  beforeEach(async () => {
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    const password = { file: await home.write('secret', `${user.password}\n`) };
    const { incoming, ...rest } = onDovecot(dovecot, user) as { incoming: object };
    const outgoing = { host: postfix.host, port: postfix.ports.smtps, tls: { ca: postfix.ca } };
    const sends = { ...rest, send: true, incoming: { ...incoming, password }, outgoing };
    const work = { ...sends, tags: ['office'] };
    await home.configure(`# kept\n${configuration({ work, other: work })}`);
  });

  it('is listed and shown, never with its password', async () => {
    expect((await home.run(['sync', 'work'])).status).toBe(0);
    const list = await home.run(named('list'));
    expect(list.stdout).toMatch(new RegExp(`^work +imap +${user.address} .* \\d{4}-.* good$`, 'm'));
    expect(list.stdout).toMatch(/^other .* never +new$/m);
    const show = await home.run(named('show work'));
    expect(show.stdout).toMatch(/^incoming\.port +\d+$/m);
    expect(show.stdout).toMatch(/^incoming\.password +file$/m);
    const json = await home.json(named('show work'));
    for (const { stdout } of [list, show, json]) expect(stdout).not.toContain(user.password);
  });

  it('is the default sender when told so', async () => {
    expect((await home.run(named('default'))).stdout).toBe('');
    expect((await home.run(named('default other'))).status).toBe(0);
    expect((await home.run(named('default'))).stdout).toBe('other\n');
    expect((await file()).defaultAccount).toBe('other');
    expect(await readFile(home.config, 'utf8')).toContain('# kept');
    expect((await home.run(named('default nobody'))).status).toBe(64);
  });

  it('that is disabled is skipped and named, and back with enable', async () => {
    expect((await home.run(named('disable @office'))).status).toBe(0);
    const all = await home.run(['sync']);
    expect(all).toMatchObject({ status: 0, stdout: '' });
    expect(all.stderr).toMatch(/work: disabled, skipped/);
    const one = await home.run(['sync', 'work']);
    expect(one.status).toBe(78);
    expect(one.stderr).toMatch(/work: it is disabled.*posthorn account enable work/);
    expect((await home.run(named('enable work'))).status).toBe(0);
    expect((await home.run(['sync', 'work'])).status).toBe(0);
    expect(await maildir(home.mail('work', 'INBOX'))).toHaveLength(1);
  });

  it('is suspended after three refused logins, named with the reason, and back with enable', async () => {
    const good = onDovecot(dovecot, user);
    const password = { file: await home.write('secret', 'wrong-secret') };
    const work = { ...good, incoming: { ...(good['incoming'] as Entry), password } };
    await home.configure(configuration({ work, other: good }));
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { status, stderr } = await home.run(['sync']);
      expect(status).toBe(77);
      expect(/suspended.*posthorn account enable work/.test(stderr)).toBe(attempt === 3);
    }
    const skipped = await home.run(['sync']);
    expect(skipped.status).toBe(0);
    expect(skipped.stderr).toMatch(/^work: suspended.*refused the login 3 times.*skipped/m);
    expect(skipped.stdout).toContain('other: nothing new');
    const one = await home.run(['sync', 'work']);
    expect(one.status).toBe(78);
    expect(one.stderr).toMatch(/posthorn account enable work/);
    const { stdout } = await home.run(named('list'));
    expect(stdout).toMatch(/^work .*suspended: the server refused the login 3 times in a row: ./m);
    // The way to the server is the same as before, so nothing but a word of the person lifts it.
    await home.write('secret', user.password);
    expect((await home.run(['sync', 'work'])).status).toBe(78);
    expect((await home.run(named('enable work'))).status).toBe(0);
    expect((await home.run(['sync', 'work'])).status).toBe(0);
    expect((await home.run(named('list'))).stdout).toMatch(/^work .* good$/m);
  });

  it('is not suspended for a password that cannot be had here', async () => {
    const { incoming, ...rest } = onDovecot(dovecot, user) as { incoming: object };
    const work = { ...rest, incoming: { ...incoming, password: { env: 'NOT_SET' } } };
    await home.configure(configuration({ work }));
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const { status, stderr } = await home.run(['sync']);
      expect(stderr).toMatch(/^posthorn: work: the environment variable NOT_SET is not set.*cron/);
      expect(status).toBe(77);
    }
    expect((await home.run(['sync'], { env: { NOT_SET: user.password } })).status).toBe(0);
  });

  it('is removed with --yes; its mail and its state stay, its secret goes', async () => {
    const words = ['account', 'add', 'third', '--email', user.address, '--no-send'];
    const place = ['--in-host', dovecot.host, '--in-port', String(dovecot.ports.imaps)];
    const rest = ['--tls-ca', dovecot.ca, '--password-stdin'];
    const added = await home.run([...words, ...place, ...rest], { input: user.password });
    expect(added.status).toBe(0);
    expect((await home.run(['sync', 'third'])).status).toBe(0);
    const unasked = await home.run(named('remove third'));
    expect(unasked).toMatchObject({ status: 64, stdout: '' });
    expect(unasked.stderr).toMatch(/--yes/);
    expect(await filesOf(home.secrets)).toHaveLength(1);
    const removed = await home.run([...named('remove third'), '--yes']);
    expect(removed).toMatchObject({ status: 0, stderr: '' });
    expect(removed.stdout).toContain('~/Mail/third');
    expect(Object.keys((await file()).accounts ?? {})).toEqual(['work', 'other']);
    expect(await readFile(home.config, 'utf8')).toContain('# kept');
    expect(await filesOf(home.secrets)).toEqual([]);
    expect(await maildir(home.mail('third', 'INBOX'))).toHaveLength(1);
  });

  it('with a message in the outbox is not removed', async () => {
    await home.configure(
      configuration(
        {
          work: {
            ...onDovecot(dovecot, user),
            send: true,
            outgoing: { host: '127.0.0.1', port: 9 },
          },
        },
        { sendImmediately: false },
      ),
    );
    const send = ['send', '--to', 'a@example.net', '--subject', 'x'];
    expect((await home.run(send, { input: 'x' })).status).toBe(0);
    const { status, stderr } = await home.run([...named('remove work'), '--yes']);
    expect(status).toBe(64);
    expect(stderr).toMatch(/work: 1 of its messages still wait.*outbox list/);
  });

  it('of a file that cannot be written is polled all the same, and the edit says why it fails', async () => {
    const elsewhere = join(home.folder, 'managed', 'config.yaml');
    await mkdir(dirname(elsewhere));
    await writeFile(elsewhere, await readFile(home.config), { mode: 0o444 });
    const script = `mount --bind -o ro managed managed && mount -o remount,ro,bind managed && exec "$@"`;
    const through = (...words: string[]) =>
      home.spawn([
        ...['unshare', '-m', 'sh', '-c', script, 'sh'],
        ...posthorn,
        ...words,
        '--config',
        elsewhere,
      ]).ended;
    expect((await through('sync', 'work')).status).toBe(0);
    const edit = await through('account', 'default', 'work');
    expect(edit.status).toBe(74);
    expect(edit.stderr).toMatch(/read-only/);
  });
});
