/** account rename, passwd and remove --purge, as a person runs them. */
import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { configuration, onDovecot, type Entry } from '../running/accounts.ts';
import { eventually, Home, maildir } from '../running/posthorn.ts';
import { converse } from '../running/terminal.ts';

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
  await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
});

afterEach(async () => {
  await home.remove();
});

const account = (...words: string[]): string[] => ['account', ...words];
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('account rename', () => {
  it('changes the name alone: mail stays, its folder is written, nothing is fetched again', async () => {
    await home.configure(`# kept\n${configuration({ work: onDovecot(dovecot, user) })}`);
    expect((await home.run(['sync'])).status).toBe(0);
    const renamed = await home.run(account('rename', 'work', 'office'));
    expect(renamed).toMatchObject({ status: 0, stderr: '' });
    const [first, second] = renamed.stdout.split('\n');
    expect(first).toBe('work is now office; its mail is in ~/Mail/work');
    expect(second).toMatch(
      /: mv ~\/Mail\/work ~\/Mail\/office && posthorn account edit office --unset path$/,
    );
    expect((await home.run(['sync'])).stdout).toContain('office: nothing new');
    expect(await maildir(home.mail('work', 'INBOX'))).toHaveLength(1);
    expect(await readFile(home.config, 'utf8')).toMatch(/^# kept\n[^]*path: ~\/Mail\/work$/m);
    expect((await home.run(['sync', 'work'])).status).toBe(64);
  });

  it('moved by hand as the answer says, the mail is known at its new place', async () => {
    await home.configure(configuration({ work: onDovecot(dovecot, user) }));
    await home.run(['sync']);
    await home.run(account('rename', 'work', 'office'));
    await rename(home.mail('work'), home.mail('office'));
    expect((await home.run(account('edit', 'office', '--unset', 'path'))).status).toBe(0);
    expect((await home.run(['sync'])).stdout).toContain('office: nothing new');
    expect((await home.run(account('remove', 'office', '--yes'))).status).toBe(0);
    expect((await home.run(account('remove', 'office', '--purge', '--yes'))).status).toBe(0);
    expect(await isThere(home.mail('office'))).toBe(false);
  });

  it.each([{}, { id: 'abcdef' }])('does a daemon no harm that runs (%j)', async (id) => {
    const { incoming, ...rest } = onDovecot(dovecot, user) as { incoming: Entry };
    const work = { ...rest, ...id, incoming: { ...incoming, interval: '1s' } };
    await home.configure(configuration({ work }));
    const holds = (count: number) => (): Promise<void> =>
      maildir(home.mail('work', 'INBOX')).then((found) => {
        expect(found).toHaveLength(count);
      });
    expect((await home.run(['daemon', 'start'])).status).toBe(0);
    await eventually(holds(1));
    const renamed = await home.run(account('rename', 'work', 'office'));
    expect(renamed).toMatchObject({ status: 0 });
    expect(renamed.stderr).toContain('at its next start');
    expect([0, 75]).toContain((await home.run(['sync', 'office'])).status);
    await dovecot.deliver(user, 'INBOX', [makeMessage(2)]);
    await eventually(holds(2));
    expect((await home.run(['daemon', 'stop'])).status).toBe(0);
    expect((await home.run(['sync'])).stdout).toContain('office: nothing new');
    expect(await readdir(home.mail())).toEqual(['work']);
  });

  it('leaves mail with a path of its own, and an account that was never met', async () => {
    const path = join(home.folder, 'mine');
    const work = { ...onDovecot(dovecot, user), path };
    await home.configure(configuration({ work, fresh: onDovecot(dovecot, user) }));
    expect((await home.run(['sync', 'work'])).status).toBe(0);
    const { document } = await home.json(account('rename', 'work', 'office'));
    expect(document).toMatchObject({ renamed: { from: 'work', to: 'office', path } });
    expect((await home.run(account('rename', 'fresh', 'new'))).status).toBe(0);
    expect((await home.run(['sync', 'office'])).stdout).toContain('nothing new');
    expect((await home.run(['sync', 'new'])).status).toBe(0);
  });

  it('refuses a bad name and a taken one', async () => {
    const work = onDovecot(dovecot, user);
    await home.configure(configuration({ work, other: { ...work, enabled: false } }));
    const before = await readFile(home.config, 'utf8');
    expect((await home.run(account('rename', 'work', 'sync'))).status).toBe(64);
    expect((await home.run(account('rename', 'work', 'other'))).status).toBe(78);
    expect((await home.run(account('rename', 'nobody', 'new'))).status).toBe(64);
    expect((await home.run(['daemon', 'start'])).status).toBe(0);
    const purge = await home.run(account('remove', 'work', '--purge', '--yes'));
    expect(purge.status).toBe(75);
    expect(await readFile(home.config, 'utf8')).toBe(before);
    await home.run(['daemon', 'stop']);
  });
});

describe('account passwd', () => {
  const stored = (more: Entry = {}): Entry => {
    const { incoming, ...rest } = onDovecot(dovecot, user) as { incoming: Entry };
    return { ...rest, incoming: { ...incoming, password: { stored: true }, ...more } };
  };

  it('replaces the password once it has been tried, and takes back a suspension', async () => {
    await home.configure(configuration({ work: stored() }));
    const before = await readFile(home.config, 'utf8');
    const passwd = account('passwd', '--password-stdin');
    await home.run([...passwd, '--skip-test'], { input: 'wrong-secret' });
    for (let attempt = 0; attempt < 3; attempt += 1) await home.run(['sync']);
    expect((await home.run(account('list', '--suspended'))).stdout).toMatch(/^work /m);
    const refused = await home.run(passwd, { input: 'wrong-too' });
    expect(refused.status).toBe(77);
    expect(refused.stderr).toMatch(/old password was kept/);
    expect((await home.run(account('list', '--suspended'))).stdout).toMatch(/^work /m);
    const { status, stdout } = await home.run(passwd, { input: user.password });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^work: the new password is stored$/m);
    expect(await readFile(home.config, 'utf8')).toBe(before);
    expect((await home.run(['sync', 'work'])).status).toBe(0);
    for (const each of home.told) expect(each).not.toContain(user.password);
  });

  it('has posthorn keep the password of an account that has none yet', async () => {
    await home.configure(configuration({ work: stored({ password: undefined }) }));
    const words = account('passwd', 'work', '--password-stdin');
    expect((await home.run(words, { input: user.password })).status).toBe(0);
    expect((await home.run(['sync'])).status).toBe(0);
  });

  it('says where a password that is not its own is to be changed', async () => {
    await home.configure(
      configuration({ work: onDovecot(dovecot, user), file: stored({ password: { file: '/x' } }) }),
    );
    const passwd = (name: string, ...more: string[]) =>
      home.run(account('passwd', name, '--password-stdin', ...more), { input: 'x' });
    const command = await passwd('work');
    expect(command.status).toBe(78);
    expect(command.stderr).toMatch(/comes from a command.*account edit work --password-stdin/);
    expect((await passwd('file')).stderr).toMatch(/comes from a file.*Change \/x/);
    expect((await passwd('work', '--out')).status).toBe(78);
    const several = await home.run(account('passwd', '--password-stdin'), { input: 'x' });
    expect(several).toMatchObject({ status: 64 });
    expect((await home.run(account('passwd', 'file'))).status).toBe(78);
  });

  it('on a terminal picks from a list and asks twice, without echo', async () => {
    await home.configure(configuration({ first: stored(), second: stored() }));
    const { status, text } = await converse(home, account('passwd'), [
      ['Whose password?', '\u001b[B\r'],
      [`${user.address}:`, user.password],
      ['once more', 'something-else'],
      [`${user.address}:`, user.password],
      ['once more', user.password],
    ]);
    expect(text).toContain('The two are not the same.');
    expect(text).toContain('second: the new password is stored');
    expect(text).not.toContain(user.password);
    expect(status).toBe(0);
    expect((await home.run(['sync', 'second'])).status).toBe(0);
    expect((await home.run(['sync', 'first'])).status).not.toBe(0);
  });
});

describe('account remove', () => {
  it('keeps mail and state, so that an account put back goes on', async () => {
    const config = configuration({ work: onDovecot(dovecot, user) });
    await home.configure(config);
    await home.run(['sync']);
    const removed = await home.run(account('remove', 'work', '--yes'));
    expect(removed.stdout).toMatch(/state is kept.*~\/Mail\/work/);
    await home.configure(config);
    expect((await home.run(['sync'])).stdout).toContain('nothing new');
  });

  it('--purge removes both, and nothing that is no mail', async () => {
    const work = onDovecot(dovecot, user);
    await home.configure(configuration({ work, other: { ...work } }));
    await home.run(['sync']);
    await mkdir(home.mail('other', 'notes'));
    await writeFile(home.mail('other', 'notes', 'mine'), 'mine');
    expect(await home.run(account('remove', 'work', '--purge'))).toMatchObject({ status: 64 });
    const { document } = await home.json(account('remove', '--all', '--purge', '--yes'));
    expect(document).toMatchObject({
      removed: [
        { name: 'work', purged: true, left: 0 },
        { name: 'other', purged: true, left: 1 },
      ],
    });
    expect(await isThere(home.mail('work'))).toBe(false);
    expect(await readdir(home.mail('other'), { recursive: true })).toEqual(['notes', 'notes/mine']);
    await home.configure(configuration({ work }));
    expect((await home.run(['sync'])).stdout).toContain('1 new');
  });
});

describe('account list and enable', () => {
  it('by state: what is suspended, failing, disabled', async () => {
    const good = onDovecot(dovecot, user);
    const wrong = onDovecot(dovecot, { ...user, password: 'wrong-secret' });
    const accounts = { good, off: { ...good, enabled: false }, wrong, bad: wrong };
    await home.configure(configuration(accounts));
    await home.run(['sync']);
    const names = async (...words: string[]): Promise<string[]> => {
      type Rows = { accounts: { name: string }[] };
      const { document } = await home.json<Rows>(account('list', ...words));
      return document.accounts.map(({ name }) => name);
    };
    expect(await names('--failing')).toEqual(['wrong', 'bad']);
    expect(await names('--suspended')).toEqual([]);
    expect(await names('--disabled')).toEqual(['off']);
    expect(await names('--enabled')).toEqual(['good', 'wrong', 'bad']);
    expect((await home.run(account('enable', '--suspended'))).stdout).toBe(
      'no account is suspended\n',
    );
    for (let attempt = 0; attempt < 2; attempt += 1) await home.run(['sync']);
    expect(await names('--suspended', '--disabled')).toEqual(['off', 'wrong', 'bad']);
    const back = await home.run(account('enable', '--suspended'));
    expect(back.stdout).toBe('wrong: enabled\nbad: enabled\n');
    expect(await names('--suspended')).toEqual([]);
    expect(await names('--disabled')).toEqual(['off']);
  });
});
