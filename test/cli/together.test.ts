/** Two posthorns at once, an environment as bare as cron's, nobody to answer, and a run that is broken off. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Mailbox } from '../../src/demo/mail/mailbox.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { startDemoServers } from '../../src/demo/servers.ts';
import type { DemoServers } from '../../src/demo/servers.ts';
import { makeMessage } from '../servers/messages.ts';
import { configuration, onDemo } from './running/accounts.ts';
import { asStored, bag, below, Home, maildir } from './running/posthorn.ts';

const messages = Array.from({ length: 30 }, (_, seed) => makeMessage(seed));

let person: DemoUser;
let demo: DemoServers;
let home: Home;
/** The answer to the first FETCH of bodies waits for this. */
let release: () => void;
let fetching: Promise<void>;

beforeAll(async () => {
  const mailbox = new Mailbox();
  for (const raw of messages) mailbox.inbox.append({ raw });
  const address = 'mara@brunnen.example';
  person = { name: address, password: 'geheim', addresses: [address], mailbox };
  let gate = Promise.resolve();
  let reached: () => void = () => undefined;
  hold = () => {
    fetching = new Promise((resolve) => (reached = resolve));
    gate = new Promise((resolve) => (release = resolve));
  };
  const onResponse = async (_command: string, payload: Buffer): Promise<Buffer> => {
    if (/BODY\[\]/.test(payload.subarray(0, 200).toString('latin1'))) {
      reached();
      await gate;
    }
    return payload;
  };
  demo = await startDemoServers({ users: [person], imap: { onResponse } });
});

let hold: () => void;

beforeEach(async () => {
  home = await Home.make(configuration({ work: onDemo(demo, person) }));
});

afterEach(async () => {
  release?.();
  await home.remove();
});

afterAll(async () => {
  await demo.stop();
});

const stored = async (): Promise<string[]> => bag(await maildir(home.mail('work', 'INBOX')));
const all = bag(messages.map(asStored));

describe('two syncs at once', () => {
  it('the second fails with 75 and names the first; with --wait it waits its turn', async () => {
    hold();
    const first = home.start(['sync']);
    await fetching;
    const second = await home.run(['sync']);
    expect(second).toMatchObject({ status: 75, stdout: '' });
    expect(second.stderr).toBe(
      `posthorn: work: another posthorn (process ${String(first.pid)}) is working on this account. Try again when it is done.\n`,
    );
    const third = home.start(['sync', '--wait']);
    release();
    expect(await first.ended).toMatchObject({ status: 0, stderr: '' });
    const waited = await third.ended;
    expect(waited).toMatchObject({ status: 0, stderr: '' });
    expect(waited.stdout).toContain('work: nothing new');
    expect(await stored()).toEqual(all);
  });

  it('a lock is no failure of the account', async () => {
    hold();
    const first = home.start(['sync']);
    await fetching;
    for (let time = 0; time < 3; time += 1) expect((await home.run(['sync'])).status).toBe(75);
    release();
    await first.ended;
    const { document } = await home.json<{ accounts: object[] }>(['account', 'list']);
    expect(document.accounts).toMatchObject([{ failures: 0, suspended: null }]);
  });
});

describe('a sync that is broken off', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends with %i, leaves nothing half, and goes on the next time',
    async (signal, status) => {
      hold();
      const running = home.start(['sync']);
      await fetching;
      process.kill(running.pid, signal);
      const ended = await running.ended;
      expect(ended.status).toBe(status);
      expect(ended.stderr).not.toMatch(/ at .*\.js/);
      release();
      const left = await below(home.mail());
      expect(left.filter((path) => /\/tmp\//.test(path))).toEqual([]);
      expect((await home.run(['sync'])).status).toBe(0);
      expect(await stored()).toEqual(all);
      const { document } = await home.json<{ accounts: object[] }>(['account', 'list']);
      expect(document.accounts).toMatchObject([{ failures: 0 }]);
    },
  );

  it('by SIGKILL goes on where it was', async () => {
    hold();
    const running = home.start(['sync']);
    await fetching;
    process.kill(running.pid, 'SIGKILL');
    expect((await running.ended).status).toBeNull();
    release();
    expect(await home.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await stored()).toEqual(all);
  });
});

describe("cron's environment", () => {
  it('HOME alone will do', async () => {
    const env = { PATH: undefined };
    expect((await home.run(['sync'], { env: { PATH: '/usr/bin:/bin' } })).status).toBe(0);
    expect(await stored()).toEqual(all);
    const bare = await home.run(['account', 'list'], { env });
    expect(bare).toMatchObject({ status: 0, stderr: '' });
  });

  it('without HOME the user database tells where home is', async () => {
    const env = { HOME: undefined, POSTHORN_CONFIG: home.config, XDG_STATE_HOME: home.state };
    const path = await home.run(['config', 'path'], { env: { HOME: undefined } });
    expect(path).toMatchObject({ status: 0, stderr: '' });
    expect(path.stdout).toMatch(/^\/.*\/posthorn\/config\.yaml\n$/);
    expect((await home.run(['account', 'list'], { env })).status).toBe(0);
  });

  it('from the root folder, with everything closed but a pipe', async () => {
    const { status, stderr } = await home.run(['sync', '-q'], { cwd: '/' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('nothing is written but mail, state, configuration, and the compiled program', async () => {
    expect((await home.run(['sync'])).status).toBe(0);
    const paths = await below(home.folder);
    const tops = new Set(paths.map((path) => path.split('/')[0]));
    expect([...tops].sort()).toEqual(['.cache', '.config', '.local', 'Mail']);
    const marker = await readFile(home.mail('work', '.posthorn'), 'utf8');
    expect(marker).toMatch(/^[a-z0-9]+\n#/);
  });
});

describe('a setup of its own by --config', () => {
  it('has a state of its own, and --config before or behind the command', async () => {
    const config = configuration({ work: onDemo(demo, person) }, { mailRoot: 'mail' });
    const path = await home.write('trial.yaml', config);
    expect((await home.run(['--config', path, 'sync'])).status).toBe(0);
    expect((await home.run(['sync', '--config', 'trial.yaml'])).stdout).toContain('nothing new');
    expect(bag(await maildir(`${home.folder}/mail/work/INBOX`))).toEqual(all);
    expect((await home.run(['account', 'list'])).stdout).toMatch(/^work .* new$/m);
  });
});
