/** Odd and hostile names of folders, both ways: each is synced to the message, or told in one line; none leaves the root or meets another. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mailbox, type DemoUser } from '../../src/demo/mail/mailbox.ts';
import { startDemoServers, type DemoServers } from '../../src/demo/servers.ts';
import { startDovecot, type Dovecot } from '../servers/dovecot.ts';
import { configuration, onDemo, onDovecot } from './running/accounts.ts';
import { Home, maildir } from './running/posthorn.ts';

const layouts = ['fs', 'maildir++'] as const;

interface Listed {
  folders: { remote: string; path: string; total: number }[];
}

const names = {
  '/': [
    ...['../../x', '..', '../..', '/etc', 'a//b', 'a/b', 'INBOX/Sent', 'Größe & Maß', 'a.b'],
    ...['cur', 'new', 'tmp', 'Work/tmp', 'Work/cur/new', '.posthorn', '%41', 'A', ' spaces '],
    ...['a', 'AB', 'aB', 'Größe', 'Gro\u0308ße', 'ends in a blank ', '.', './.', '日本語', '%'],
    ...['tab\there', 'x'.repeat(240), `${`${'x'.repeat(99)}/`.repeat(10)}end`],
  ],
  '.': [
    ...['INBOX.Sent', 'INBOX.Sent.2024', 'a/b', '../../x', 'Entwürfe.Größe', 'cur', '..', 'x/..'],
    ...[
      'A',
      'a',
      'a..b',
      'ends in a blank ',
      'new.tmp',
      '/etc/passwd',
      '%2E',
      'Gro\u0308ße',
      'Größe',
    ],
  ],
};

function userWith(delimiter: string, folders: readonly string[]): DemoUser {
  const mailbox = new Mailbox(delimiter);
  for (const name of folders)
    mailbox.create(name).append({ raw: Buffer.from(`Subject: ${name}\r\n\r\nthere\r\n`) });
  const address = 'mara@brunnen.example';
  return { name: address, password: 'geheim', addresses: [address], mailbox };
}

interface Stage {
  readonly home: Home;
  readonly demo: DemoServers;
  readonly user: DemoUser;
  end(): Promise<void>;
}

async function staged(
  delimiter: string,
  folders: readonly string[],
  layout: string,
): Promise<Stage> {
  const user = userWith(delimiter, folders);
  const demo = await startDemoServers({ users: [user] });
  const home = await Home.make(configuration({ work: onDemo(demo, user) }, { layout }));
  const end = async (): Promise<void> => {
    await Promise.all([demo.stop(), home.remove()]);
  };
  return { home, demo, user, end };
}

function subjectsThere({ user }: Stage, folder: string): string[] {
  const messages = user.mailbox.folder(folder)?.messages ?? [];
  return messages.map(({ raw }) => /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? '?').sort();
}

async function deliverHere(folder: string, subject: string): Promise<void> {
  for (const part of ['cur', 'new', 'tmp'])
    await mkdir(join(folder, part), { recursive: true, mode: 0o700 });
  const text = `Message-ID: <${encodeURIComponent(subject)}@here.example>\nSubject: ${subject}\n\nhere\n`;
  await writeFile(join(folder, 'cur', `1.${String(subject.length)}.here:2,S`), text);
}

describe.each(layouts)('folders of the server (%s)', (layout) => {
  it.each(['/', '.'] as const)('with %s between their levels go both ways', async (delimiter) => {
    const stage = await staged(delimiter, names[delimiter], layout);
    const { home } = stage;
    const wanted = names[delimiter].filter((name) => layout === 'fs' || name.length < 250);
    const first = await home.run(['sync']);
    expect(first.status).toBe(wanted.length === names[delimiter].length ? 0 : 65);
    const { document } = await home.json<Listed>(['folders']);
    const full = document.folders.filter(({ total }) => total > 0);
    expect(full.map(({ remote }) => remote).sort()).toEqual([...wanted].sort());
    expect(new Set(full.map(({ path }) => path)).size).toBe(full.length);
    for (const { remote, path } of full) {
      expect(path.startsWith(home.mail('work'))).toBe(true);
      await deliverHere(path, `mine in ${remote}`.replaceAll(/\s/g, ' '));
    }
    expect((await home.run(['sync'])).status).toBe(first.status);
    for (const name of wanted)
      expect(subjectsThere(stage, name)).toEqual(
        [name, `mine in ${name}`.replaceAll(/\s/g, ' ')].sort(),
      );
    const outside = (await readdir(home.folder)).filter((name) => !name.startsWith('.'));
    expect(outside).toEqual(['Mail']);
    expect(await readdir(home.mail())).toEqual(['work']);
    await stage.end();
  });

  it('that would share a Maildir folder are told, and the first one goes on', async () => {
    const stage = await staged('/', ['INBOX/x', 'inbox/x', 'a/b'], layout);
    const { home } = stage;
    for (const _ of [1, 2]) {
      const { status, stderr } = await home.run(['sync']);
      expect(status).toBe(65);
      expect(stderr).toMatch(/^posthorn: work, inbox\/x: .*INBOX\/x.*exclude\.\n$/);
    }
    const path = home.mail('work', ...(layout === 'fs' ? ['INBOX', 'x'] : ['.INBOX.x']));
    expect(await maildir(path)).toHaveLength(1);
    expect(subjectsThere(stage, 'INBOX/x')).toEqual(['INBOX/x']);
    expect(subjectsThere(stage, 'inbox/x')).toEqual(['inbox/x']);
    await stage.end();
  });

  it('of a name that no file system takes are told', async () => {
    const long = 'n'.repeat(1000);
    const stage = await staged('/', [long, 'b'], layout);
    const { status, stdout, stderr } = await stage.home.run(['sync']);
    expect(status).toBe(65);
    expect(stderr).toContain(`${layout === 'fs' ? '1000' : '1001'} bytes`);
    expect(stdout).toContain('1 new message');
    await stage.end();
  });
});

describe('folders made here', () => {
  it('of odd names are made there, or told', async () => {
    const stage = await staged('/', ['Da'], 'fs');
    const { home, user } = stage;
    expect((await home.run(['sync', '-q'])).status).toBe(0);
    const made = ['Größe', 'Gro\u0308ße', '%2E.', 'A', 'da', 'a.b', 'mit & und'];
    const odd = ['ends in a blank ', 'hundred%', 'line\nbreak'];
    for (const name of [...made, ...odd]) await deliverHere(home.mail('work', name), name);
    const { status, stdout, stderr } = await home.run(['sync']);
    expect({ status, uploaded: stdout }).toMatchObject({ status: 0 });
    const names = user.mailbox.folders.map(({ name }) => name).sort();
    expect(names).toEqual(
      ['INBOX', 'Da', ...made.map((name) => (name === '%2E.' ? '..' : name))].sort(),
    );
    for (const name of made)
      expect(subjectsThere(stage, name === '%2E.' ? '..' : name)).toEqual([name]);
    const lines = stderr.split('\n').filter((line) => line.includes('alone'));
    expect(lines.toSorted()).toEqual([
      expect.stringContaining('"ends in a blank " stays here alone') as string,
      expect.stringContaining('"hundred%" stays here alone') as string,
      expect.stringContaining('"line\\nbreak" stays here alone') as string,
    ]);
    expect(stderr).toContain('rename it to "ends in a blank%20"');
    expect((await home.run(['sync'])).stdout).toContain('nothing new');
    await stage.end();
  });

  it('whose names are one there are told, and not joined', async () => {
    const stage = await staged('/', ['a/b'], 'fs');
    const { home } = stage;
    expect((await home.run(['sync', '-q'])).status).toBe(0);
    await deliverHere(home.mail('work', 'a%2Fb'), 'one');
    await deliverHere(home.mail('work', 'c', 'd'), 'two');
    await deliverHere(home.mail('work', 'c%2Fd'), 'three');
    const { status, stderr } = await home.run(['sync']);
    expect(status).toBe(0);
    expect(stderr).toContain('"a%2Fb" stays here alone');
    expect(stderr.match(/stays here alone/g)).toHaveLength(2);
    expect(subjectsThere(stage, 'a/b')).toEqual(['a/b']);
    expect(subjectsThere(stage, 'c/d')).toHaveLength(1);
    await stage.end();
  });
});

describe.each(layouts)('on Dovecot (%s)', (layout) => {
  let dovecot: Dovecot;

  beforeAll(async () => {
    dovecot = await startDovecot();
  });

  afterAll(() => dovecot.stop());

  it('odd names go both ways', async () => {
    const user = await dovecot.addUser();
    const odd = ['Größe & Maß', 'cur', 'A', 'a', '%41', ' blanks ', '日本語', '&', 'x'.repeat(150)];
    for (const name of odd)
      await dovecot.append(user, name, Buffer.from(`Subject: there\r\n\r\n${name}\r\n`));
    const home = await Home.make(configuration({ work: onDovecot(dovecot, user) }, { layout }));
    expect(await home.run(['sync', '-q'])).toMatchObject({ status: 0, stderr: '' });
    const { document } = await home.json<Listed>(['folders']);
    const full = document.folders.filter(({ total }) => total > 0);
    expect(full.map(({ remote }) => remote).sort()).toEqual([...odd].sort());
    for (const { path, remote } of full) await deliverHere(path, `mine in ${remote}`);
    const made = layout === 'fs' ? ['Gro\u0308ße', 'neu', 'x y'] : ['.Gro\u0308ße', '.neu', '.x y'];
    for (const name of made) await deliverHere(home.mail('work', name), 'made here');
    expect(await home.run(['sync', '-q'])).toMatchObject({ status: 0, stderr: '' });
    for (const name of odd) expect(await dovecot.serverMessages(user, name)).toHaveLength(2);
    const again = await home.run(['sync']);
    expect(again).toMatchObject({ status: 0, stdout: 'work: nothing new\n', stderr: '' });
    await home.remove();
  });
});
