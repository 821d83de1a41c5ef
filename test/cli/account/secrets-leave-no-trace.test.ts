/** Passwords never appear: not in what is said, however verbose, not in logs, not in the state, not in argument lists. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import { configuration, onDovecot } from '../running/accounts.ts';
import type { Entry } from '../running/accounts.ts';
import { eventually, Home } from '../running/posthorn.ts';

vi.setConfig({ testTimeout: 600_000 });

let dovecot: Dovecot;
let postfix: Postfix;
let user: User;
let home: Home;
let watch: Watch;

beforeAll(async () => {
  dovecot = await startDovecot();
  postfix = await startPostfix({ dovecot });
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

const secrets = {
  right: 'R1ght/Geheimnis+ü=%',
  next: 'N3xt/Geheimnis+ü=%',
  wrong: 'Wr0ng/Geheimnis+ü=%',
  own: '0wn/Geheimnis+ü=%',
};

beforeEach(async () => {
  user = await dovecot.addUser('kept', secrets.right);
  await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
  home = await Home.make();
  watch = new Watch(home.folder);
});

afterEach(async () => {
  await watch.stop();
  await home.run(['daemon', 'stop']);
  await home.remove();
});

/** What stands in the argument lists of all processes of this home while they run. */
class Watch {
  readonly seen = new Set<string>();
  readonly #home: string;
  readonly #looking: Promise<void>;
  #stopped = false;

  constructor(folder: string) {
    this.#home = folder;
    this.#looking = this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      for (const pid of pids) {
        const place = await readlink(`/proc/${pid}/cwd`).catch(() => '');
        if (!place.startsWith(this.#home)) continue;
        this.seen.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
      }
      await new Promise((resolved) => setTimeout(resolved, 20));
    }
  }
}

/** As it is, and as PLAIN, LOGIN, a dump or an address would show it. */
function shapes(secret: string, name: string): string[] {
  const octets = Buffer.from(secret);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    secret,
    octets.toString('latin1'),
    base64(secret),
    octets.toString('base64url'),
    base64(`\0${name}\0${secret}`),
    base64(`${name}\0${name}\0${secret}`),
    octets.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

/** By path, of everything below the folder but what the test itself or the store keeps. */
async function contents(folder: string, but: readonly string[]): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !but.some((kept) => path === kept || path.startsWith(`${kept}/`)));
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readFile(path, 'latin1')] as const),
  );
  return new Map(texts);
}

function add(name: string, type: 'imap' | 'pop3', ...more: readonly string[]): string[] {
  const { imaps, pop3s } = dovecot.ports;
  return [
    ...['account', 'add', name, '--type', type, '--email', user.address, '--user', user.address],
    ...['--in-host', dovecot.host, '--in-port', String(type === 'imap' ? imaps : pop3s)],
    ...['--tls-ca', dovecot.ca, ...more],
  ];
}

function withPassword(type: 'imap' | 'pop3', password: Entry, auth: string): Entry {
  const account = onDovecot(dovecot, user, type);
  const incoming = { ...(account['incoming'] as Entry), password, auth };
  return { ...account, incoming, tags: ['wrong'] };
}

const loud = [['--verbose'], ['--verbose', '--json']];

it('after a whole run, with every kind of password, right and wrong', async () => {
  const file = await home.write('right.secret', `${secrets.right}\n`);
  const wrongFile = await home.write('wrong.secret', `${secrets.wrong}\n`);
  const script = await home.write('print', `cat '${file}'; echo '${secrets.right}' >&2`);
  const failing = await home.write('fail', `cat '${file}'; cat '${file}' >&2; exit 1`);
  const env = { KEPT: secrets.right, CREDENTIALS_DIRECTORY: home.folder };
  const run = (words: readonly string[], input = '') => home.run(words, { env, input });
  const outgoing = [
    ...['--out-host', postfix.host, '--out-port', String(postfix.ports.smtps)],
    ...['--out-security', 'tls', '--out-tls-ca', postfix.ca],
  ];

  // Every source, both protocols; standard input with a wrong password first.
  const stdin = add('stdin', 'imap', '--password-stdin', ...outgoing);
  for (const more of loud) expect((await run([...stdin, ...more], secrets.wrong)).status).toBe(77);
  expect((await run([...stdin, '--verbose'], secrets.right)).status).toBe(0);
  const sources = [
    ['file', 'pop3', '--password-file', file],
    ['command', 'imap', '--password-command', `sh '${script}'`],
    ['env', 'pop3', '--password-env', 'KEPT'],
    ['credential', 'imap', '--password-credential', 'right.secret'],
  ] as const;
  for (const [name, type, ...source] of sources)
    expect((await run(add(name, type, ...source, '--no-send', '--verbose'))).status).toBe(0);
  const refused = ['plain', 'login', 'cram-md5', 'scram-sha-256'].flatMap((auth) =>
    (['imap', 'pop3'] as const).map((type): [string, Entry] => [
      `${type}-${auth}`,
      withPassword(type, { file: wrongFile }, auth),
    ]),
  );
  const broken = withPassword('imap', { command: `sh '${failing}'` }, 'auto');
  const wrong = await home.write(
    'wrong.yaml',
    configuration({ ...Object.fromEntries(refused), broken }),
  );
  expect((await run(['account', 'apply', wrong, '--verbose'])).status).toBe(0);
  const own = ['--out-user', user.address, '--out-password-stdin', '--password-stdin'];
  const both = `${secrets.right}\n${secrets.own}\n`;
  await run(add('own', 'imap', ...own, ...outgoing, '--skip-test', '--tag', 'wrong'), both);

  for (const more of loud) {
    await run(['account', 'test', '@wrong', ...more]);
    await run(['account', 'test', 'stdin', ...more]);
    await run(['sync', ...more]);
  }
  const send = ['send', '--to', 'a@example.org', '--subject', 'x', '--now', '--verbose'];
  for (const from of ['stdin', 'own']) await run([...send, '--from', from], 'Hello');

  // Changes, refused and done.
  const passwd = ['account', 'passwd', 'stdin', '--password-stdin', '--verbose'];
  await run([...passwd, '--json'], secrets.wrong);
  expect((await run([...passwd, '--skip-test'], secrets.next)).status).toBe(0);
  expect((await run(passwd, secrets.right)).status).toBe(0);
  await run(['account', 'edit', 'stdin', '--password-stdin', '--verbose'], secrets.wrong);
  await run(['account', 'edit', 'file', '--password-stdin', '--verbose', '--json'], secrets.right);
  await run(['account', 'edit', 'file', '--password-keyring', '--verbose'], secrets.right);

  // Whatever prints, exports or takes over.
  for (const more of loud) {
    await run(['account', 'list', ...more]);
    await run(['account', 'show', 'stdin', ...more]);
    await run(['config', 'check', ...more]);
    await run(['outbox', 'list', ...more]);
  }
  const exported = await run(['account', 'export']);
  expect(exported.status).toBe(0);
  const copy = await home.write('exported.yaml', exported.stdout);
  for (const more of [['--dry-run'], ['--verbose'], ['--json']])
    await run(['account', 'apply', copy, ...more]);
  const foreign = await home.write(
    'msmtprc',
    `account foreign\nhost ${postfix.host}\nfrom f@example.org\nuser f\npassword ${secrets.own}\n`,
  );
  await run(['account', 'import', foreign, '--verbose']);

  await run(['daemon', 'start', '--verbose']);
  for (const more of loud) await run(['sync', ...more]);
  await run(['daemon', 'status', '--json']);
  await run(['daemon', 'stop']);
  await watch.stop();

  const said = home.told.join('\n');
  expect(said).toMatch(/refused/);
  expect(said).toMatch(/\bat .*\.c?js/);
  expect([...watch.seen].some((words) => words.includes('daemon'))).toBe(true);
  const ours = [file, wrongFile, script, failing, foreign, home.secrets];
  const places = await contents(home.folder, ours);
  expect([...places.keys()].some((path) => path.endsWith('state.db'))).toBe(true);
  places.set('what was said', said).set('argument lists', [...watch.seen].join('\n'));
  for (const secret of Object.values(secrets))
    for (const shape of shapes(secret, user.address))
      for (const [place, text] of places)
        expect(text.includes(shape), `${shape} in ${place}`).toBe(false);
  const kept = [...(await contents(home.secrets, [])).values()].join('');
  for (const secret of [secrets.right, secrets.own])
    expect(kept).toContain(Buffer.from(secret).toString('latin1'));
});

it('the search finds what it looks for', async () => {
  await home.write('slip', `password: ${secrets.right}`);
  const [text = ''] = (await contents(home.folder, [])).values();
  expect(shapes(secrets.right, user.address).some((shape) => text.includes(shape))).toBe(true);
  const waiting = home.spawn(['sh', '-c', 'sleep 60', 'sh', secrets.wrong]);
  await eventually(() => {
    expect([...watch.seen].join('\n')).toContain(secrets.wrong);
    return Promise.resolve();
  });
  process.kill(waiting.pid, 'SIGKILL');
});
