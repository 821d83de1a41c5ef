/** account edit: what is tested, saved, told and lifted, by options and in an editor. */
import { chmod, readdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { configuration, onDovecot } from '../running/accounts.ts';
import { Home, maildir } from '../running/posthorn.ts';

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
});

afterAll(async () => {
  await dovecot.stop();
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

/** As a person writes it: comments, and no JSON. */
function written(names: readonly string[], password = user.password): string {
  const account = (name: string): string => `
  # about ${name}
  ${name}: # here
    tags: [office]
    identity: { address: ${user.address} }
    incoming:
      host: ${dovecot.host}
      port: ${String(dovecot.ports.imaps)} # its own
      password: { command: [echo, ${password}] }
      tls: { ca: ${dovecot.ca} }
    send: false
`;
  return `# mine\nversion: 1\naccounts:${names.map(account).join('')}`;
}

const edit = (...words: string[]): string[] => ['account', 'edit', ...words];
const text = (): Promise<string> => readFile(home.config, 'utf8');

interface Shown {
  account: { label: string; incoming: Record<string, unknown> };
  origins: Record<string, string>;
}

const show = async (name: string): Promise<Shown> =>
  (await home.json<Shown>(['account', 'show', name])).document;

describe('account edit', () => {
  it('tests, saves with every comment, and tells old and new', async () => {
    await home.configure(written(['work']));
    const before = await text();
    const { status, stdout, stderr } = await home.run(edit('work', '--label', 'The office'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^work: receive .* good: /m);
    expect(stdout).toMatch(/^work: label: not set → The office$/m);
    const after = await text();
    for (const line of before.split('\n')) expect(after.split('\n')).toContain(line);
    expect((await show('work')).account.label).toBe('The office');
    const again = await home.run(edit('work', '--label', 'The office'));
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toMatch(/^nothing changed in /);
    expect(await text()).toBe(after);
  });

  it('over several accounts saves all, or nothing where one fails its test', async () => {
    await home.configure(
      written(['one', 'two']).replace(/port: \d+ # its own(?![^]*its own)/, 'port: 1'),
    );
    const before = await text();
    const failed = await home.run(edit('@office', '--interval', '15m'));
    expect(failed.status).toBe(75);
    expect(failed.stdout).toMatch(/^one: receive .* good/m);
    expect(failed.stdout).toMatch(/^two: receive .* failed at connect/m);
    expect(failed.stderr).toMatch(/Nothing was saved.*--skip-test/);
    expect(await text()).toBe(before);
    const json = await home.json(edit('--all', '--interval', '15m'));
    expect(json.document).toMatchObject({ changed: null, tests: [{}, {}] });
    const saved = await home.json(edit('--all', '--interval', '15m', '--skip-test'));
    expect(saved).toMatchObject({ status: 0 });
    const changes = [{ key: 'incoming.interval', before: null, after: '15m' }];
    expect(saved.document).toMatchObject({
      changed: [
        { account: 'one', changes },
        { account: 'two', changes },
      ],
    });
    const { accounts } = parse(await text()) as { accounts: Record<string, unknown> };
    for (const name of ['one', 'two'])
      expect(accounts[name]).toMatchObject({ incoming: { interval: '15m' } });
  });

  it('takes keys out, and knows the nearest one of a mistyped key', async () => {
    await home.configure(written(['work']));
    const gone = await home.run(edit('work', '--unset', 'incoming.port', '--skip-test'));
    expect(gone.stdout).toMatch(/^work: incoming\.port: \d+ → not set$/m);
    expect((await show('work')).account.incoming['port']).toBe(993);
    const mistyped = await home.run(edit('work', '--unset', 'incoming.prot', '--skip-test'));
    expect(mistyped.status).toBe(64);
    expect(mistyped.stderr).toMatch(/`incoming\.prot`; did you mean `incoming\.port`\?/);
    expect(await home.run(edit('work', '--unset', 'id'))).toMatchObject({ status: 64 });
  });

  it('says which options there are where nothing was asked for', async () => {
    await home.configure(written(['work', 'other']));
    for (const words of [edit('work'), edit('work', '--skip-test')]) {
      const { status, stdout, stderr } = await home.run(words);
      expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
      expect(stderr).toMatch(/--in-host.*--unset KEY.*--editor/);
    }
    expect((await home.run(edit('--label', 'x'))).stderr).toMatch(/NAME, @TAG or --all/);
    expect((await home.run(edit('--all', '--path', '/x'))).stderr).toMatch(/--path is for one/);
  });

  it('follows with the port only where none was given', async () => {
    await home.configure(written(['work']));
    const starttls = edit('work', '--in-security', 'starttls', '--skip-test');
    await home.run(starttls);
    expect((await show('work')).account.incoming['port']).toBe(dovecot.ports.imaps);
    await home.run([...starttls, '--unset', 'incoming.port']);
    expect((await show('work')).account.incoming['port']).toBe(143);
  });

  it('stores a new password only once it has been tried, and never shows one', async () => {
    await home.configure(written(['work']));
    const before = await text();
    const stdin = edit('work', '--password-stdin');
    const wrong = await home.run(stdin, { input: 'wrong-secret\n' });
    expect(wrong.status).toBe(77);
    expect(await text()).toBe(before);
    expect(await readdir(home.secrets).catch(() => [])).toEqual([]);
    const right = await home.run(stdin, { input: `${user.password}\n` });
    expect(right.status).toBe(0);
    expect(right.stdout).toMatch(/^work: incoming\.password: command → stored$/m);
    expect((await home.run(stdin, { input: 'wrong-secret\n' })).status).toBe(77);
    expect((await home.run(['sync'])).status).toBe(0);
    for (const each of home.told) expect(each).not.toContain(user.password);
  });

  it('that changes the login takes back a suspension, another change does not', async () => {
    await home.configure(written(['work'], 'wrong-secret'));
    for (let attempt = 0; attempt < 3; attempt += 1) await home.run(['sync']);
    const suspended = async (): Promise<unknown> =>
      (await home.json<{ accounts: unknown[] }>(['account', 'list', '--suspended'])).document
        .accounts;
    expect(await suspended()).toHaveLength(1);
    await home.run(edit('work', '--label', 'x', '--skip-test'));
    expect(await suspended()).toHaveLength(1);
    const file = await home.write('secret', user.password);
    expect((await home.run(edit('work', '--password-file', file))).status).toBe(0);
    expect(await suspended()).toHaveLength(0);
    expect((await home.run(['sync', 'work'])).status).toBe(0);
  });

  it('leaves no mail behind: the folder is moved first, and the protocol stays', async () => {
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    await home.configure(written(['work']));
    expect((await home.run(['sync'])).status).toBe(0);
    const before = await text();
    const elsewhere = edit('work', '--path', home.mail('elsewhere'), '--skip-test');
    const refused = await home.run(elsewhere);
    expect(refused.status).toBe(78);
    expect(refused.stderr).toMatch(/its mail is in .*work.*mv .*work .*elsewhere/);
    const type = await home.run(edit('work', '--type', 'pop3', '--skip-test'));
    expect(type.status).toBe(78);
    expect(type.stderr).toMatch(/add a second account/i);
    expect(await text()).toBe(before);
    await rename(home.mail('work'), home.mail('elsewhere'));
    expect((await home.run(elsewhere)).status).toBe(0);
    expect((await home.run(['sync'])).stdout).toContain('nothing new');
    expect(await maildir(home.mail('elsewhere', 'INBOX'))).toHaveLength(1);
  });

  it('refuses what the file would not hold, and leaves it', async () => {
    await home.configure(written(['work']));
    const before = await text();
    const bad = await home.run(edit('work', '--delete-after', '14d', '--skip-test'));
    expect(bad.status).toBe(78);
    expect(bad.stderr).toMatch(/leaveOnServer` is for POP3/);
    expect(await text()).toBe(before);
  });

  it('shows where each value comes from', async () => {
    const { incoming, ...rest } = onDovecot(dovecot, user);
    const defaults = { incoming };
    await home.configure(configuration({ work: rest }, {}, { defaults }));
    const { origins } = await show('work');
    expect(origins).toMatchObject({
      'identity.address': 'account',
      'incoming.host': 'defaults',
      'incoming.auth': 'built-in',
    });
    const { stdout } = await home.run(['account', 'show', 'work']);
    expect(stdout).toMatch(/^incoming\.host +\S+ +defaults$/m);
    expect(stdout).toMatch(/^identity\.address +\S+$/m);
  });
});

describe('account edit --editor', () => {
  const withEditor = (command: string) => ({ env: { EDITOR: command } });

  it('takes what was written, and tells what it changed', async () => {
    await home.configure(written(['work']));
    const by = withEditor("sed -i 's/office/team/'");
    const { status, stdout, stderr } = await home.run(edit('--editor'), by);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^work: tags: office → team$/m);
    expect(await text()).toBe(written(['work']).replace('office', 'team'));
    expect(await readdir(dirname(home.config))).toEqual(['config.yaml']);
    const nothing = await home.run(edit('--editor'), withEditor('true'));
    expect(nothing.stdout).toMatch(/^nothing changed/);
  });

  it('shows every fault, keeps the copy and names it', async () => {
    await home.configure(written(['work']));
    const before = await text();
    const by = withEditor("sed -i 's/host:/hots:/; s/tags:/tgas:/'");
    const { status, stderr } = await home.run(edit('--editor'), by);
    expect(status).toBe(78);
    expect(stderr).toMatch(/\.yaml:\d+:\d+: unknown key `hots`/);
    expect(stderr).toMatch(/\.yaml:\d+:\d+: unknown key `tgas`/);
    const kept = /kept in (\S+)/.exec(stderr)?.[1] ?? '';
    expect(await readFile(kept, 'utf8')).toBe(
      before.replace('host:', 'hots:').replace('tags:', 'tgas:'),
    );
    expect(await text()).toBe(before);
  });

  it('saves nothing where the editor fails, or the test', async () => {
    await home.configure(written(['work']));
    const before = await text();
    expect((await home.run(edit('--editor'), withEditor('false'))).status).toBe(64);
    const by = withEditor("sed -i 's/port: [0-9]*/port: 1/'");
    const untested = await home.run(edit('--editor'), by);
    expect(untested.status).toBe(75);
    expect(untested.stderr).toMatch(/kept in/);
    expect(await text()).toBe(before);
    expect((await home.run(edit('--editor', '--skip-test'), by)).status).toBe(0);
    expect(await home.run(edit('--editor'))).toMatchObject({ status: 64 });
  });

  it('does not undo what somebody else changed meanwhile', async () => {
    await home.configure(written(['work']));
    const script = await home.write(
      'editor',
      `#!/bin/sh\nsed -i s/office/mine/ "$1"\nsed -i s/office/theirs/ ${home.config}\n`,
    );
    await chmod(script, 0o700);
    const { status, stderr } = await home.run(edit('--editor', '--skip-test'), withEditor(script));
    expect(status).toBe(78);
    expect(stderr).toMatch(/changed meanwhile/);
    expect(await text()).toContain('theirs');
  });
});
