/** The wizard where a name is taken, a file is missing, an account that does not send is the default, and a script wants JSON. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createAuthority } from '../../servers/authority.ts';
import { startDovecot, type Dovecot, type User } from '../../servers/dovecot.ts';
import { configuration, onDovecot, type Entry } from '../running/accounts.ts';
import { below, Home } from '../running/posthorn.ts';
import { converse, keys, type Shown, type Step } from '../running/terminal.ts';

let scratch: Home;
let dovecot: Dovecot;
let selfSigned: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  scratch = await Home.make();
  const authority = await createAuthority(join(scratch.folder, 'tls'));
  [dovecot, selfSigned] = await Promise.all([
    startDovecot({ authority }),
    startDovecot({ authority, certificate: 'self-signed' }),
  ]);
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await Promise.all([dovecot.stop(), selfSigned.stop()]);
  await scratch.remove();
});

const menu = 'save it, or change something first';

const receiving = (): Entry => ({ ...onDovecot(dovecot, user), send: false });
const wizard = (words: readonly string[], steps: readonly Step[]): Promise<Shown> =>
  converse(home, ['account', ...words], steps);

interface File {
  defaultAccount?: string;
  accounts: Record<string, Record<string, Record<string, unknown> | undefined>>;
}

const file = async (): Promise<File> => parse(await readFile(home.config, 'utf8')) as File;

describe('a NAME that is taken', () => {
  it('is told before anything is asked', async () => {
    await home.configure(configuration({ work: receiving() }));
    const { status, text } = await wizard(['add', 'work'], []);
    expect(text).toContain('the account `work` exists already');
    expect(text).not.toContain('Type:');
    expect(status).toBe(78);
    const words = ['account', 'add', 'work', '--email', 'a@example.org', '--password-stdin'];
    expect(await home.run(words, { input: 'hush\n' })).toMatchObject({ status: 78, stdout: '' });
  });
});

describe('--default on a terminal', () => {
  it('makes an account the default sender, and asks nothing', async () => {
    const outgoing = { host: 'smtp.example.org' };
    const sending = { ...onDovecot(dovecot, user), outgoing, send: true };
    await home.configure(configuration({ work: sending, old: receiving() }));
    const { status, text } = await wizard(['edit', 'work', '--default', '--skip-test'], []);
    expect({ status, asked: text.includes(menu) }).toEqual({ status: 0, asked: false });
    expect((await file()).defaultAccount).toBe('work');
  });
});

describe('an account that does not send', () => {
  it('is saved, although the first one is the default sender elsewhere', async () => {
    const { status, text } = await wizard(
      ['add', 'work', '--no-discover', '--skip-test'],
      [
        ['Type:', ''],
        ['Address', user.address],
        ['Your name', ''],
        ['Host', dovecot.host],
        ['Security:', ''],
        ['Port', ''],
        ['Host', dovecot.host],
        ['Security:', ''],
        ['Port', ''],
        ['User name:', ''],
        ['Password of', 'typed now, kept in a file'],
        ['Password:', user.password],
        [menu, 'Used for'],
        ['Used for:', 'Sending'],
        ['Sending:', 'no'],
        ['Used for:', 'Back'],
        [menu, 'Save'],
      ],
    );
    expect(text).toContain('work: added to');
    expect(status).toBe(0);
    expect((await file()).defaultAccount).toBeUndefined();
  });
});

describe('a file that the account names', () => {
  it('is looked at in the menu, where it can still be changed', async () => {
    await home.configure(configuration({ work: receiving() }));
    const before = await readFile(home.config, 'utf8');
    const { text } = await wizard(
      ['edit', 'work'],
      [
        [menu, 'E-mail certificate'],
        ['Certificate –', '~/none.p12'],
        [menu, 'Save'],
        [menu, 'Leave'],
      ],
    );
    expect(text).toMatch(/warning: .*none\.p12/);
    expect(text).toContain('Nothing was saved.');
    expect(await readFile(home.config, 'utf8')).toBe(before);
  });
});

describe('a password that comes from elsewhere now', () => {
  const named = (server: string): string => `abcd12.${server}`;

  it('leaves none behind where it was kept, by options and by apply', async () => {
    const account = receiving();
    const { password, ...incoming } = account['incoming'] as Entry;
    const work = { ...account, id: 'abcd12', incoming };
    for (const change of [
      ['account', 'edit', 'work', '--password-env', 'SECRET', '--skip-test'],
      ['account', 'apply', '-'],
    ]) {
      await home.configure(configuration({ work }));
      await home.run(['account', 'edit', 'work', '--password-stdin'], { input: user.password });
      expect(await readdir(home.secrets)).toEqual([named('incoming')]);
      const input = JSON.stringify({ accounts: { work: { incoming: { password } } } });
      expect((await home.run(change, { input })).status).toBe(0);
      expect({ change, left: await readdir(home.secrets) }).toEqual({ change, left: [] });
    }
  });
});

describe('with --json and --quiet', () => {
  it('a person sees the certificate that the question is about', async () => {
    const account = onDovecot(selfSigned, user);
    await home.configure(
      configuration({
        work: { ...account, incoming: { ...(account['incoming'] as Entry), tls: {} } },
      }),
    );
    const steps: Step[] = [['Pin ', 'n']];
    const { text } = await wizard(['trust', 'work', '--in', '--json', '--quiet'], steps);
    const [before = ''] = text.split('Pin ');
    expect(before).toMatch(/SHA-256 {2}[0-9a-f]{64}/);
    expect(before).toContain('not trusted: it is self-signed');
  });

  it('a wizard that was left prints the one document', async () => {
    await home.configure(configuration({ work: receiving() }));
    const { status, text } = await wizard(['edit', 'work', '--json', '-q'], [[menu, 'Leave']]);
    expect(status).toBe(0);
    expect(text).toContain('"changed": null');
  });

  it('Ctrl-C leaves nothing behind', async () => {
    const { status } = await wizard(['add', '--json'], [['Type:', keys.ctrlC]]);
    expect(status).toBe(130);
    expect(await below(home.folder)).toEqual([]);
  });
});

describe('a password with a tab in it', () => {
  it('is told where it is typed, before any server is asked', async () => {
    const account = receiving();
    const { password: _, ...incoming } = account['incoming'] as Entry;
    await home.configure(configuration({ work: { ...account, id: 'abcd12', incoming } }));
    const { status, text } = await wizard(
      ['passwd', 'work', '--skip-test'],
      [
        ['New password of', 'a\tb\r'],
        ['one line of plain text', `${keys.clear}good one\r`],
        ['once more:', 'good one'],
      ],
    );
    expect({ status, stored: text.includes('the new password is stored') }).toEqual({
      status: 0,
      stored: true,
    });
    expect(await readFile(join(home.secrets, 'abcd12.incoming'), 'utf8')).toBe('good one\n');
  });
});
