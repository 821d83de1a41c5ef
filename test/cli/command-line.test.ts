/** The command line itself: help, versions, words that are no commands, JSON, colours. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configuration, secret } from './running/accounts.ts';
import { documentIn, Home, posthorn } from './running/posthorn.ts';

let home: Home;
let empty: Home;

const nowhere = {
  type: 'imap',
  identity: { address: 'you@example.org' },
  incoming: { host: '127.0.0.1', port: 9, security: 'none', password: secret('x') },
  outgoing: { host: '127.0.0.1', port: 9, security: 'none' },
};

beforeAll(async () => {
  home = await Home.make(configuration({ work: nowhere }));
  empty = await Home.make();
});

afterAll(async () => {
  await Promise.all([home.remove(), empty.remove()]);
});

const commands = [
  ['account'],
  ['account', 'add'],
  ['account', 'edit'],
  ['account', 'list'],
  ['account', 'show'],
  ['account', 'default'],
  ['account', 'discover'],
  ['account', 'test'],
  ['account', 'enable'],
  ['account', 'disable'],
  ['account', 'remove'],
  ['account', 'rename'],
  ['account', 'trust'],
  ['account', 'import'],
  ['account', 'apply'],
  ['account', 'export'],
  ['account', 'passwd'],
  ['folders'],
  ['folders', 'list'],
  ['sync'],
  ['send'],
  ['sendmail'],
  ['outbox'],
  ['outbox', 'list'],
  ['outbox', 'flush'],
  ['outbox', 'retry'],
  ['outbox', 'cancel'],
  ['daemon'],
  ['daemon', 'run'],
  ['daemon', 'start'],
  ['daemon', 'stop'],
  ['daemon', 'status'],
  ['config'],
  ['config', 'path'],
  ['config', 'check'],
  ['config', 'schema'],
  ['config', 'show'],
  ['completion'],
  ['doctor'],
  ['demo'],
];

describe('help', () => {
  it('of every command names its usage and an example', async () => {
    const shown = await Promise.all(commands.map((words) => empty.run([...words, '--help'])));
    for (const [at, words] of commands.entries()) {
      const { status, stdout, stderr } = shown[at] ?? {};
      expect({ words, status, stderr }).toEqual({ words, status: 0, stderr: '' });
      expect(stdout).toContain(`Usage: posthorn ${words.join(' ')}`);
      expect(stdout, words.join(' ')).toMatch(/Examples?:\n.*posthorn/s);
      expect((stdout ?? '').split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('of the program stands behind help, --help and -h alike', async () => {
    const texts = await Promise.all(
      [['help'], ['--help'], ['-h']].map((words) => empty.run(words)),
    );
    for (const { status, stdout } of texts) {
      expect(status).toBe(0);
      expect(stdout).toBe(texts[0]?.stdout);
      expect(stdout).toContain('Exit status: 0 done');
    }
  });

  it('of a subcommand stands behind help too', async () => {
    const [by, of] = await Promise.all([
      empty.run(['help', 'account', 'rename']),
      empty.run(['account', 'rename', '--help']),
    ]);
    expect(by).toEqual(of);
  });

  it('is what a command without its subcommand shows, with 64', async () => {
    for (const words of [[], ['account'], ['daemon'], ['config'], ['outbox']]) {
      const { status, stdout, stderr } = await empty.run(words);
      expect({ words, status, stdout }).toEqual({ words, status: 64, stdout: '' });
      expect(stderr).toContain('Usage: posthorn');
    }
  });
});

it('--version prints the version alone, from whichever place', async () => {
  const { version } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  for (const words of [['--version'], ['-V'], ['--no-color', '--version']])
    expect(await empty.run(words)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

const mistakes = [
  { words: ['snyc'], says: /unknown command 'snyc'.*Did you mean sync\?/s },
  { words: ['snyc', '--help'], says: /unknown command 'snyc'. Did you mean sync\?/ },
  { words: ['help', 'account', 'lst'], says: /unknown command 'lst'. Did you mean list\?/ },
  { words: ['account', 'lst'], says: /unknown command 'lst'.*Did you mean list\?/s },
  { words: ['sync', '--recieve'], says: /unknown option '--recieve'.*Did you mean --receive\?/s },
  {
    words: ['sync', '--send', '--receive'],
    says: /'--send' cannot be used with option '--receive'/,
  },
  { words: ['sync', 'nobody'], says: /no account "nobody".*There are: work/s },
  { words: ['sync', '@nobody'], says: /no account has the tag @nobody/ },
  { words: ['account', 'remove'], says: /missing required argument 'names'/ },
  { words: ['account', 'show', 'work', 'more'], says: /too many arguments/ },
  { words: ['account', 'add', 'x', '--in-port', '99999'], says: /in-port.*65535/s },
  { words: ['account', 'add', 'x', '--type', 'exchange'], says: /Allowed choices are imap, pop3/ },
  { words: ['account', 'add', 'list', '--email', 'a@b.example'], says: /the name "list"/ },
  { words: ['account', 'add', '--in-host', 'a.example'], says: /neither a NAME nor an address/ },
  { words: ['account', 'remove', 'work'], says: /nobody can be asked: Remove work\?.*--yes/ },
  { words: ['outbox', 'cancel', 'nothing'], says: /there is no message "nothing"/ },
  { words: ['send'], says: /no recipient.*--to/s },
];

it.each(mistakes)('$words is no command line: 64 and a hint', async ({ words, says }) => {
  const { status, stdout, stderr } = await home.run(words);
  expect(stderr).toMatch(says);
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

describe('--json', () => {
  const documents = [
    { words: ['account', 'list'], status: 0, has: ['accounts'] },
    { words: ['account', 'show', 'work'], status: 0, has: ['account', 'state'] },
    { words: ['account', 'default'], status: 0, has: ['default'] },
    { words: ['account', 'test', 'work'], status: 75, has: ['accounts'] },
    { words: ['folders'], status: 0, has: ['folders'] },
    { words: ['sync'], status: 75, has: ['accounts'] },
    { words: ['outbox', 'list'], status: 0, has: ['messages', 'broken'] },
    { words: ['outbox', 'flush'], status: 0, has: ['accounts'] },
    { words: ['daemon', 'status'], status: 1, has: ['running'] },
    { words: ['daemon', 'stop'], status: 0, has: ['running', 'stopped'] },
    { words: ['config', 'path'], status: 0, has: ['path', 'exists'] },
    { words: ['config', 'check'], status: 0, has: ['problems', 'warnings'] },
  ];

  it.each(documents)('of $words is one document with its version', async (expected) => {
    const { status, document } = await home.json(expected.words);
    expect(status).toBe(expected.status);
    expect(document).toHaveProperty('version', 1);
    expect(Object.keys(document)).toEqual(expect.arrayContaining(expected.has));
  });

  it('has errors on standard error, as one line of JSON that tells what to do', async () => {
    for (const words of [
      ['sync', 'nobody', '--json'],
      ['--json', 'snyc'],
    ]) {
      const { status, stdout, stderr } = await home.run(words);
      expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
      expect(documentIn({ status, stdout: stderr, stderr: '' })).toMatchObject({
        error: { code: 'usage', status: 64, remedy: expect.stringMatching(/./) as unknown },
      });
    }
  });
});

describe('what a terminal is for', () => {
  it('no colour, no cursor and no question goes into a pipe', async () => {
    for (const env of [{}, { TERM: 'xterm-256color' }, { FORCE_COLOR: '1' }, { NO_COLOR: '1' }]) {
      const runs = await Promise.all([
        home.run(['account', 'list'], { env }),
        home.run(['sync'], { env }),
        home.run(['account', 'test'], { env }),
      ]);
      for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain('\u001b');
    }
  });

  it('in colours, but not with NO_COLOR or --no-color', async () => {
    const onTerminal = async (words: string, env = {}): Promise<string> => {
      const line = `${posthorn.join(' ')} ${words}`;
      const terminal = { TERM: 'xterm', SHELL: '/bin/sh', ...env };
      const run = home.spawn(['script', '-qec', line, '/dev/null'], { env: terminal });
      return (await run.ended).stdout;
    };
    expect(await onTerminal('account list')).toContain('\u001b[');
    expect(await onTerminal('account list', { NO_COLOR: '1' })).not.toContain('\u001b[');
    expect(await onTerminal('account list --no-color')).not.toContain('\u001b[');
  });

  it('-q leaves results and errors', async () => {
    const quiet = await home.run(['sync', '-q']);
    expect(quiet).toMatchObject({ status: 75, stdout: '' });
    expect(quiet.stderr).toMatch(/^posthorn: work: .*\n$/);
    expect((await home.run(['account', 'list', '--quiet'])).stdout).toContain('work');
    expect(await empty.run(['folders', '-q'])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('a reader that has had enough is no error', async () => {
    const line = `${posthorn.join(' ')} config schema | head -1`;
    const { status, stderr } = await home.spawn(['sh', '-c', line]).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
