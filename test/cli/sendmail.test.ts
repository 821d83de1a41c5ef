/** What `sendmail` loads and keeps, and what a server that repeats the credentials leaves behind. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startScriptedServer } from '../adapters/smtp/scripted-server.ts';
import { configuration, secret, type Entry } from './running/accounts.ts';
import { Home } from './running/posthorn.ts';

let home: Home;
const cleanups: (() => Promise<unknown>)[] = [];

const outgoing = { host: '127.0.0.1', port: 9, security: 'none', credentials: 'none' };
const account: Entry = {
  ...{ id: '7f3kq2', receive: false, outgoing },
  identity: { name: 'Mara', address: 'mara@brunnen.example' },
};

beforeEach(async () => {
  home = await Home.make(configuration({ mara: account }, { sendImmediately: false }));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await home.remove();
});

const input = 'To: eva@feld.example\nSubject: x\n\nbody\n';
const sendmail = (env: Record<string, string> = {}) => home.run(['sendmail', '-t'], { input, env });

async function waiting(): Promise<{ account: string | null; from: string }[]> {
  const listed = await home.json<{ messages: { account: string | null; from: string }[] }>([
    ...['outbox', 'list'],
  ]);
  return listed.document.messages;
}

/** The sources of what a run has loaded of the bundle. */
async function sourcesLoaded(coverage: string): Promise<string[]> {
  const loaded = new Set<string>();
  for (const name of await readdir(coverage)) {
    const { result } = JSON.parse(await readFile(join(coverage, name), 'utf8')) as {
      result: { url: string }[];
    };
    for (const { url } of result) if (url.includes('/dist/')) loaded.add(new URL(url).pathname);
  }
  const maps = [...loaded].map(
    async (path) =>
      (JSON.parse(await readFile(`${path}.map`, 'utf8')) as { sources: string[] }).sources,
  );
  return (await Promise.all(maps)).flat();
}

describe('sendmail', () => {
  it.each(['with an id', 'without an id'])(
    'of an account %s loads no command line, no schema, no YAML, no database, no composer and no sender',
    async (kind) => {
      const { id: _id, ...without } = account;
      const mara = kind === 'with an id' ? account : without;
      await home.configure(configuration({ mara }, { sendImmediately: false }));
      for (let at = 0; at < 2; at += 1)
        expect(await sendmail()).toMatchObject({ status: 0, stderr: '' });
      const coverage = join(home.folder, 'coverage');
      await mkdir(coverage);
      const taken = await sendmail({ NODE_V8_COVERAGE: coverage });
      expect(taken).toMatchObject({ status: 0, stderr: '' });
      const sources = await sourcesLoaded(coverage);
      expect(sources.some((path) => path.endsWith('src/cli/commands/sendmail.ts'))).toBe(true);
      const heavy =
        /node_modules\/|adapters\/(?:smtp|imap|pop3|maildir|secrets|lock)\/|config\/schema/;
      expect(sources.filter((path) => heavy.test(path))).toEqual([]);
      expect((await waiting()).map(({ account: name }) => name)).toEqual(['mara', 'mara', 'mara']);
    },
  );

  it('takes the file as it stands: an edit counts at once, and a fault is refused', async () => {
    for (let at = 0; at < 2; at += 1) await sendmail();
    const kept = join(home.state, 'senders');
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    const identity = { address: 'other@brunnen.example' };
    await home.configure(
      configuration({ mara: { ...account, identity } }, { sendImmediately: false }),
    );
    await sendmail();
    expect((await waiting()).map(({ from }) => from)).toEqual([
      ...['mara@brunnen.example', 'mara@brunnen.example', 'other@brunnen.example'],
    ]);
    await home.configure(configuration({ mara: { ...account, identity, wrong: 1 } }));
    expect(await sendmail()).toMatchObject({ status: 78, stderr: expect.stringMatching(/wrong/) });
    expect(await waiting().catch(() => [])).toHaveLength(0);
  });

  it('of an account without an id has the id that the state gives it, also after the state was lost', async () => {
    const { id: _id, ...without } = account;
    await home.configure(configuration({ mara: without }, { sendImmediately: false }));
    for (let at = 0; at < 3; at += 1)
      expect(await sendmail()).toMatchObject({ status: 0, stderr: '' });
    expect((await waiting()).map(({ account: name }) => name)).toEqual(['mara', 'mara', 'mara']);
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm'])
      await rm(join(home.state, name), { force: true });
    await sendmail();
    await sendmail();
    // Those of before hang on an id that nobody knows any more; the new ones on that of now.
    expect((await waiting()).slice(3).map(({ account: name }) => name)).toEqual(['mara', 'mara']);
  });

  it.each([
    ['an empty message', '', ['-t'], 65],
    ['nobody to send it to', 'Subject: x\n\nx\n', ['-t'], 65],
    ['an address that is none', 'To: ben, Anna <a@x.example>\n\nx\n', ['-t'], 65],
    ['a mode that takes no message', input, ['-bs'], 64],
    ['an option that is none', input, ['-Z'], 64],
    ['an option without its value', input, ['-t', '-f'], 64],
    ['a good one', input, ['-ti', '-odi'], 0],
  ])('the quick way ends as the whole program does: %s', async (_, given, words, status) => {
    await sendmail();
    await sendmail();
    const quick = await home.run(['sendmail', ...words], { input: given });
    // The quick way does not know --yes.
    const whole = await home.run(['--yes', 'sendmail', ...words], { input: given });
    expect(quick).toEqual(whole);
    expect(quick.status).toBe(status);
  });

  it('a file in the place of the outbox: 74, told in the same words', async () => {
    for (let at = 0; at < 2; at += 1) await sendmail();
    await rm(join(home.state, 'outbox'), { recursive: true });
    await writeFile(join(home.state, 'outbox'), '');
    const quick = await sendmail();
    const whole = await home.run(['--yes', 'sendmail', '-t'], { input });
    expect(quick).toMatchObject({ status: 74, stderr: expect.stringContaining('no folder') });
    expect(quick.stderr).toBe(
      whole.stderr.replace(/outbox\/\w+/, /outbox\/\w+/.exec(quick.stderr)?.[0] ?? ''),
    );
  });

  it('forgets what it kept when posthorn changes the file', async () => {
    for (let at = 0; at < 2; at += 1) await sendmail();
    expect(await readdir(home.state)).toContain('senders');
    const changed = await home.run(['account', 'edit', 'mara', '--label', 'M', '--skip-test']);
    expect(changed).toMatchObject({ status: 0 });
    expect(await readdir(home.state)).not.toContain('senders');
  });

  it.each(['To: ben, Anna <a@x.example>', 'To: c@x.example\nBcc: ben; Anna <a@x.example>'])(
    'refuses %j, naming the piece; nothing is queued',
    async (header) => {
      const refused = await home.run(['sendmail', '-t'], { input: `${header}\n\nx\n` });
      expect(refused).toMatchObject({ status: 65, stderr: expect.stringContaining('"ben"') });
      const typed = ['send', '--to', 'ben, Anna <a@x.example>', '--subject', 'x'];
      expect(await home.run(typed, { input: 'x' })).toMatchObject({
        ...{ status: 65, stderr: expect.stringContaining('"ben"') },
      });
      expect(await waiting()).toEqual([]);
    },
  );
});

it('a server that repeats the credentials leaves them nowhere: entry, standard error, JSON', async () => {
  const password = 'Geheim"\\wort-9';
  const said: string[] = [];
  const server = await startScriptedServer('220 here', (line) => {
    if (line.startsWith('EHLO')) return '250-here\r\n250 AUTH PLAIN';
    said.push(line);
    return `535 5.7.8 refused ${line} ${password}`;
  });
  cleanups.push(() => server.stop());
  const own = { ...outgoing, port: server.port, credentials: 'own', username: 'mara' };
  const asked = { ...account, outgoing: { ...own, auth: 'plain', password: secret(password) } };
  await home.configure(configuration({ mara: asked }, { sendImmediately: false }));
  await sendmail();
  const results = [
    await home.run(['outbox', 'flush', '--json', '--verbose']),
    await home.run(['outbox', 'retry']),
    await home.run(['sync', '--send', '--verbose']),
    await home.run(['outbox', 'list']),
    await home.run(['outbox', 'list', '--json']),
  ];
  expect(results[0]?.status).toBe(77);
  expect(said[0]).toMatch(/^AUTH PLAIN \S+/);
  const outbox = join(home.state, 'outbox');
  const [id = ''] = await readdir(outbox);
  const entry = await readFile(join(outbox, id, 'entry.json'), 'utf8');
  expect(entry).toContain('[secret]');
  const shown = [entry, ...results.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n');
  for (const form of [
    password,
    JSON.stringify(password).slice(1, -1),
    said[0]?.split(' ')[2] ?? '?',
  ])
    expect(shown).not.toContain(form);
});
