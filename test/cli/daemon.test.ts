/** The daemon as systemd, a shell and a sudden end meet it: start, status, work, stop, signals. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot, User } from '../servers/dovecot.ts';
import { makeMessage } from '../servers/messages.ts';
import { startPostfix } from '../servers/postfix.ts';
import type { Postfix } from '../servers/postfix.ts';
import { configuration, sendingBy } from './running/accounts.ts';
import type { Entry } from './running/accounts.ts';
import { eventually, Home, maildir } from './running/posthorn.ts';

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
  home = await Home.make(configuration({ work: polled('1s') }));
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

function polled(interval: string, type: 'imap' | 'pop3' = 'imap'): Entry {
  const { incoming, ...rest } = sendingBy(postfix, dovecot, user, type) as { incoming: object };
  return { ...rest, incoming: { ...incoming, interval } };
}

const inbox = (): Promise<Buffer[]> => maildir(home.mail('work', 'INBOX'));

function arrives(count: number): Promise<void> {
  return eventually(async () => {
    expect(await inbox()).toHaveLength(count);
  });
}

interface Status {
  running: boolean;
  daemon: { process: number; version: string; accounts: { account: string }[] } | null;
}

async function status(): Promise<Status> {
  return (await home.json<Status>(['daemon', 'status'])).document;
}

async function started(): Promise<number> {
  const result = await home.json<{ process: number }>(['daemon', 'start']);
  expect(result).toMatchObject({ status: 0, document: { running: true, started: true } });
  return result.document.process;
}

/** Resolves once no such process is left. */
async function gone(pid: number): Promise<void> {
  await eventually(() => {
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    return Promise.resolve();
  });
}

describe('daemon start', () => {
  it('returns when it is ready; then mail arrives by itself, and stop ends it', async () => {
    const { status: first, stdout } = await home.run(['daemon', 'start']);
    expect(first).toBe(0);
    expect(stdout).toMatch(/^The daemon is ready \(process \d+\)\.\n$/);
    const { daemon } = await status();
    expect(daemon).toMatchObject({ accounts: [{ account: 'work' }] });
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    await arrives(1);
    await dovecot.deliver(user, 'INBOX', [makeMessage(2)]);
    await arrives(2);
    expect((await home.run(['daemon', 'status'])).stdout).toMatch(/^work +(now|\d{4}-)/m);
    const stopped = await home.run(['daemon', 'stop']);
    expect(stopped).toEqual({ status: 0, stdout: 'The daemon has stopped.\n', stderr: '' });
    await gone(daemon?.process ?? 0);
    expect(await home.run(['daemon', 'status'])).toEqual({
      status: 1,
      stdout: 'The daemon does not run.\n',
      stderr: '',
    });
    expect((await home.run(['daemon', 'stop'])).stdout).toBe('The daemon was not running.\n');
    const log = await readFile(join(home.state, 'daemon.log'), 'utf8');
    expect(log).toMatch(/ info started with 1 account\n/);
    expect(log).toMatch(/ info work: 1 new message, /);
    expect(log).toMatch(/ info stopped\n$/);
    expect((await stat(join(home.state, 'daemon.log'))).mode & 0o777).toBe(0o600);
  });

  it('a second time says that it runs already', async () => {
    const pid = await started();
    const again = await home.run(['daemon', 'start']);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stdout).toBe(`The daemon runs already (process ${String(pid)}).\n`);
    const second = await home.run(['daemon', 'run']);
    expect(second.status).toBe(75);
    expect(second.stderr).toMatch(new RegExp(`process ${String(pid)}.*daemon`));
  });

  it('says why not: nothing to keep, a broken configuration', async () => {
    const bare = await Home.make();
    const empty = await bare.run(['daemon', 'start']);
    expect(empty.status).toBe(78);
    expect(empty.stderr).toMatch(/no account.*posthorn account add/);
    await bare.configure('version: 1\ncolour: red\n');
    const broken = await bare.run(['daemon', 'start']);
    expect(broken.status).toBe(78);
    expect(broken.stderr).toMatch(/line 2/);
    await bare.remove();
  });

  it('says why not: a state folder that cannot be written', async () => {
    const bare = await Home.make(configuration({ work: polled('1s') }));
    await bare.write('.local', 'a file where a folder should be');
    const { status: ended, stdout, stderr } = await bare.run(['daemon', 'start']);
    expect({ ended, stdout }).toEqual({ ended: 74, stdout: '' });
    expect(stderr).toMatch(/^posthorn: .*\.local/);
    await bare.remove();
  });

  it('keeps its socket to this user, wherever it is', async () => {
    await started();
    const { socket } = JSON.parse(await readFile(join(home.state, 'daemon.json'), 'utf8')) as {
      socket: string;
    };
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect((await stat(home.state)).mode & 0o777).toBe(0o700);
  });
});

describe('beside a running daemon', () => {
  it('sync is done by it, and waits for it: no 75', async () => {
    await home.configure(configuration({ work: polled('never') }));
    await started();
    await dovecot.deliver(user, 'INBOX', [makeMessage(1), makeMessage(2)]);
    const synced = await home.run(['sync', 'work']);
    expect(synced).toMatchObject({ status: 0, stderr: '' });
    expect(synced.stdout).toContain('work: 2 new messages');
    expect(await inbox()).toHaveLength(2);
    await dovecot.deliver(user, 'INBOX', [makeMessage(3)]);
    const { stdout: told } = await home.run(['sync', '--json', '--progress']);
    const events = told
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(events.at(-2)).toMatchObject({
      event: 'progress',
      account: 'work',
      expected: 1,
      done: 1,
    });
    expect(events.at(-1)).toMatchObject({ event: 'report', accounts: [{ status: 0 }] });
    const both = await Promise.all([home.run(['sync']), home.run(['sync']), home.run(['sync'])]);
    expect(both.map((each) => each.status)).toEqual([0, 0, 0]);
    const json = await home.json<{ accounts: object[] }>(['sync']);
    expect(json.document.accounts).toMatchObject([{ account: 'work', status: 0 }]);
  });

  it('send wakes it, and the message leaves', async () => {
    await home.configure(configuration({ work: polled('never') }));
    await started();
    const bob = await dovecot.addUser();
    const words = ['send', '--to', bob.address, '--subject', 'Woken'];
    expect((await home.run(words, { input: 'Hello\n' })).status).toBe(0);
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    await dovecot.waitForMessages(user, 'Sent', 1);
    await eventually(async () => {
      const { document } = await home.json<{ messages: object[] }>(['outbox', 'list']);
      expect(document.messages).toEqual([]);
    });
  });

  it('a broken account does not keep it from the others', async () => {
    const { incoming, ...rest } = polled('1s') as { incoming: Entry };
    const broken = { ...rest, incoming: { ...incoming, port: 9 } };
    await home.configure(configuration({ broken, work: polled('1s') }));
    await started();
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    await arrives(1);
    await eventually(async () => {
      const { stdout } = await home.run(['account', 'list']);
      expect(stdout).toMatch(/^broken .*failed: .*refuses connections/m);
      expect(stdout).toMatch(/^work .* good$/m);
    });
    const synced = await home.run(['sync']);
    expect(synced.status).toBe(75);
    expect(synced.stderr).toMatch(/^posthorn: broken: /);
  });

  it('the server goes and comes back: so does the mail', async () => {
    await started();
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    await arrives(1);
    await dovecot.pause();
    await eventually(async () => {
      expect((await home.run(['account', 'list'])).stdout).toMatch(/refuses connections|cut/);
    });
    await dovecot.resume();
    await dovecot.deliver(user, 'INBOX', [makeMessage(2)]);
    await arrives(2);
  });
});

describe('daemon run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends in order at %s: 0, as systemd expects',
    async (signal) => {
      const running = home.start(['daemon', 'run']);
      await running.said('started with 1 account');
      process.kill(running.pid, signal);
      const { status: ended, stderr } = await running.ended;
      expect(stderr).toMatch(/stopping: .*\n.* info stopped\n$/s);
      expect(ended).toBe(0);
      expect(await status()).toMatchObject({ running: false, daemon: null });
    },
  );

  it('with --json logs one document a line', async () => {
    const running = home.start(['daemon', 'run', '--json']);
    await running.said('started with 1 account');
    process.kill(running.pid, 'SIGTERM');
    const { stderr } = await running.ended;
    for (const line of stderr.trimEnd().split('\n'))
      expect(JSON.parse(line)).toMatchObject({
        level: expect.stringMatching(/^(info|warn)$/) as unknown,
        time: expect.stringMatching(/T.*Z$/) as unknown,
      });
  });
});

describe('a sudden end', () => {
  it('SIGKILL leaves nothing in the way: sync and start work at once', async () => {
    const pid = await started();
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    await arrives(1);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    expect(await status()).toMatchObject({ running: false });
    await dovecot.deliver(user, 'INBOX', [makeMessage(2)]);
    expect(await home.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await inbox()).toHaveLength(2);
    expect(await started()).not.toBe(pid);
    await dovecot.deliver(user, 'INBOX', [makeMessage(3)]);
    await arrives(3);
  });

  it('one that does not run on (SIGSTOP) keeps no command waiting for ever: 75', async () => {
    const pid = await started();
    process.kill(pid, 'SIGSTOP');
    const asked = [home.run(['sync']), home.run(['daemon', 'status'])];
    for (const { status: ended, stderr } of await Promise.all(asked)) {
      expect(stderr).toMatch(/^posthorn: the daemon did not answer within \d+ seconds\. ./);
      expect(ended).toBe(75);
    }
    process.kill(pid, 'SIGCONT');
  });

  it('SIGSTOP and SIGCONT: it goes on', async () => {
    const pid = await started();
    process.kill(pid, 'SIGSTOP');
    await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
    process.kill(pid, 'SIGCONT');
    await arrives(1);
    expect(await status()).toMatchObject({ running: true });
    expect((await home.run(['daemon', 'stop'])).status).toBe(0);
  });
});
