import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSecrets } from '../../../src/adapters/secrets/secrets.ts';
import type { SecretRef } from '../../../src/core/account/secret-ref.ts';
import type { SecretOwner, Secrets } from '../../../src/ports/accounts/secrets.ts';

const owner: SecretOwner = { accountId: '7f3kq2', server: 'incoming' };
let scratch: string;
let directory: string;
let secrets: Secrets;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'posthorn-secrets-'));
  directory = join(scratch, 'data/secrets');
  secrets = secretsIn({ PATH: process.env['PATH'] });
});
afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function secretsIn(env: NodeJS.ProcessEnv, commandDeadlineMs = 20_000): Secrets {
  return createSecrets({ directory, env, commandDeadlineMs });
}

/** The error, after a look that the secret stands nowhere in it. */
async function refusal(reading: Promise<unknown>, secret = 'hunter2'): Promise<unknown> {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { message, remedy, detail } = error as Record<string, unknown>;
  expect(JSON.stringify([message, remedy, detail])).not.toContain(secret);
  return error;
}

describe('an environment variable', () => {
  const ref: SecretRef = { kind: 'env', variable: 'MAIL_PASSWORD' };

  test.each([
    ['hunter2', 'hunter2'],
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\n', 'hunter2'],
    [' pass word ', ' pass word '],
    ['pässwörd€', 'pässwörd€'],
  ])('%j is read as %j', async (value, secret) => {
    expect(await secretsIn({ MAIL_PASSWORD: value }).read(ref, owner)).toBe(secret);
  });

  test('one that is not set is refused by its name', async () => {
    expect(await refusal(secrets.read(ref, owner))).toMatchObject({
      exitStatus: 77,
      message: 'the environment variable MAIL_PASSWORD is not set',
    });
  });

  test.each(['', '\n', 'hunter2\n\n', 'hunter2\nx', 'hun\tter2', 'hunter2\r', 'hunter2\u0085'])(
    '%j is refused',
    async (value) => {
      const reading = secretsIn({ MAIL_PASSWORD: value }).read(ref, owner);
      expect(await refusal(reading)).toMatchObject({ exitStatus: 77 });
    },
  );
});

describe('a file', () => {
  function file(content: string | Uint8Array): SecretRef {
    const path = join(scratch, 'password');
    writeFileSync(path, content);
    return { kind: 'file', path };
  }

  test.each([
    ['hunter2', 'hunter2'],
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\nlogin: me\r\n', 'hunter2'],
    ['hunter2\nlogin: me\n', 'hunter2'],
    ['\ufeffhunter2\n', 'hunter2'],
  ])('of %j the first line is read', async (content, secret) => {
    expect(await secrets.read(file(content), owner)).toBe(secret);
  });

  test('one that others may read is taken as it is', async () => {
    const ref = file('hunter2\n');
    chmodSync(join(scratch, 'password'), 0o644);
    expect(await secrets.read(ref, owner)).toBe('hunter2');
  });

  test.each([
    ['empty', ''],
    ['an empty first line', '\nhunter2'],
    ['NUL', 'hunter2\0'],
    ['Latin-1', Buffer.from('hunter2ä', 'latin1')],
    ['64 KiB and more', 'hunter2'.repeat(10_000)],
  ])('%s is refused', async (_what, content) => {
    expect(await refusal(secrets.read(file(content), owner))).toMatchObject({ exitStatus: 77 });
  });

  test('a missing file, a folder and a FIFO are refused', async () => {
    const missing: SecretRef = { kind: 'file', path: join(scratch, 'nowhere') };
    expect(await refusal(secrets.read(missing, owner))).toMatchObject({
      exitStatus: 77,
      message: expect.stringContaining('does not exist'),
    });
    const folder: SecretRef = { kind: 'file', path: scratch };
    expect(await refusal(secrets.read(folder, owner))).toMatchObject({ exitStatus: 77 });
    const fifo = join(scratch, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reading = secrets.read({ kind: 'file', path: fifo }, owner);
    expect(await refusal(reading)).toMatchObject({ exitStatus: 77 });
  });
});

describe('a command', () => {
  const run = (command: string | readonly string[], from = secrets): Promise<string> =>
    from.read({ kind: 'command', command }, owner);

  test('a text goes through the shell, and its first line counts', async () => {
    expect(await run('printf "%s\\n" hunter2 login:me | cat')).toBe('hunter2');
  });

  test('a list is run as it stands', async () => {
    expect(await run(['printf', '%s\\n', '$HOME; "x"'])).toBe('$HOME; "x"');
  });

  test('it has the environment, and no standard input', async () => {
    const from = secretsIn({ PATH: process.env['PATH'], WORD: 'hunter2' });
    expect(await run('cat; echo "$WORD"', from)).toBe('hunter2');
  });

  test('a failure names the status and the last line of its complaint, printable', async () => {
    const error = await refusal(
      run('echo hunter2; printf "a\\nno \\033[31mkey\\n\\n" >&2; exit 3'),
    );
    expect(error).toMatchObject({
      exitStatus: 75,
      message: 'the password command ended with status 3: no  [31mkey',
    });
  });

  test('a complaint that repeats the secret is left out', async () => {
    const error = await refusal(run('echo hunter2; echo "wrong: hunter2" >&2; exit 1'));
    expect(error).toMatchObject({ message: 'the password command ended with status 1' });
  });

  test('one that does not exist is told so, without its words', async () => {
    expect(await refusal(run(['/nowhere/hunter2', 'hunter2']))).toMatchObject({
      exitStatus: 75,
      message: 'the password command cannot be started (ENOENT)',
    });
  });

  test('one that is killed is told so', async () => {
    expect(await refusal(run('kill -9 $$'))).toMatchObject({
      exitStatus: 75,
      message: 'the password command was killed by SIGKILL',
    });
  });

  test('one that prints nothing gives no password', async () => {
    expect(await refusal(run('true'))).toMatchObject({ exitStatus: 77 });
  });

  test('one that prints without end is stopped', async () => {
    expect(await refusal(run('yes hunter2'))).toMatchObject({
      exitStatus: 75,
      message: expect.stringContaining('64 KiB'),
    });
  });

  test('at the deadline it is killed with all that it started', async () => {
    const pid = join(scratch, 'pid');
    const from = secretsIn({ PATH: process.env['PATH'], PID: pid }, 400);
    const error = await refusal(run('sleep 600 & echo $! > "$PID"; wait', from));
    expect(error).toMatchObject({ exitStatus: 75, code: 'timeout' });
    expect(isRunning(Number(readFileSync(pid, 'utf8')))).toBe(false);
  });

  test('one that leaves an agent behind which keeps the pipe open is not waited for', async () => {
    const pid = join(scratch, 'pid');
    const from = secretsIn({ PATH: process.env['PATH'], PID: pid });
    expect(await run('sleep 600 & echo $! > "$PID"; echo hunter2', from)).toBe('hunter2');
    const agent = Number(readFileSync(pid, 'utf8'));
    expect(isRunning(agent)).toBe(true);
    process.kill(agent, 'SIGKILL');
  });

  test('the signal ends it, for the reason that it gives', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const ref: SecretRef = { kind: 'command', command: ['sleep', '600'] };
    const reading = secrets.read(ref, owner, stop.signal);
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(secrets.read(ref, owner, stop.signal)).rejects.toBe(reason);
  });
});

/** A process that was killed may stand in the table until its parent has looked: that counts as gone. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a stored secret', () => {
  const ref: SecretRef = { kind: 'stored' };
  const path = (): string => join(directory, '7f3kq2.incoming');

  test('is read as it was stored, from a file for the owner alone', async () => {
    await secrets.store(owner, ' pässwörd ', 'file');
    expect(await secrets.read(ref, owner)).toBe(' pässwörd ');
    expect(readdirSync(directory)).toEqual(['7f3kq2.incoming']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, '..')).mode & 0o777).toBe(0o700);
  });

  test('is replaced, also where others could read the old one', async () => {
    await secrets.store(owner, 'old', 'file');
    chmodSync(path(), 0o644);
    await secrets.store(owner, 'new', 'file');
    expect(await secrets.read(ref, owner)).toBe('new');
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test('the two servers of an account have their own', async () => {
    const outgoing: SecretOwner = { ...owner, server: 'outgoing' };
    await secrets.store(owner, 'in', 'file');
    await secrets.store(outgoing, 'out', 'file');
    expect(await secrets.read(ref, owner)).toBe('in');
    expect(await secrets.read(ref, outgoing)).toBe('out');
  });

  test('one that is not there is refused with a remedy', async () => {
    expect(await refusal(secrets.read(ref, owner))).toMatchObject({
      exitStatus: 77,
      message: 'no password is stored',
      remedy: expect.any(String),
    });
  });

  test('one that others may read is refused until its mode is right', async () => {
    await secrets.store(owner, 'hunter2', 'file');
    chmodSync(path(), 0o640);
    expect(await refusal(secrets.read(ref, owner))).toMatchObject({
      exitStatus: 77,
      remedy: expect.stringContaining(`chmod 600 ${path()}`),
    });
    chmodSync(path(), 0o400);
    expect(await secrets.read(ref, owner)).toBe('hunter2');
  });

  test('forgetting takes all of the account and nothing else; twice is the same', async () => {
    await secrets.forget('7f3kq2');
    await secrets.store(owner, 'in', 'file');
    await secrets.store({ ...owner, server: 'outgoing' }, 'out', 'file');
    await secrets.store({ accountId: '7f3kq', server: 'incoming' }, 'other', 'file');
    await secrets.forget('7f3kq2');
    await secrets.forget('7f3kq2');
    expect(readdirSync(directory)).toEqual(['7f3kq.incoming']);
  });

  test.each(['', 'two\nlines', 'NUL\0'])('%j is not stored', async (secret) => {
    await expect(secrets.store(owner, secret, 'file')).rejects.toMatchObject({ exitStatus: 77 });
    expect(existsSync(directory)).toBe(false);
  });

  test('a folder that cannot be written is a fault of the disk', async () => {
    writeFileSync(join(scratch, 'data'), '');
    expect(await refusal(secrets.store(owner, 'hunter2', 'file'))).toMatchObject({
      exitStatus: 74,
    });
  });

  test('a failed write leaves the old secret, and no part of the new one', async () => {
    await secrets.store(owner, 'old', 'file');
    rmSync(path());
    mkdirSync(path());
    expect(await refusal(secrets.store(owner, 'hunter2', 'file'))).toMatchObject({
      exitStatus: 74,
    });
    expect(readdirSync(directory)).toEqual(['7f3kq2.incoming']);
  });

  test.each(['../x', 'a/b', '', '.'])('%j is no id of an account', async (accountId) => {
    const stranger: SecretOwner = { accountId, server: 'incoming' };
    await expect(secrets.store(stranger, 'x', 'file')).rejects.toMatchObject({ code: 'internal' });
    await expect(secrets.read(ref, stranger)).rejects.toMatchObject({ code: 'internal' });
  });
});
