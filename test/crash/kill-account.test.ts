/** `account rename` and `account remove --purge`, killed at random moments: the account works, or is wholly gone once the command is given again. */

import { access, readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDemoServers, type DemoServers } from '../../src/demo/servers.ts';
import { configuration, onDemo } from '../cli/running/accounts.ts';
import { Home, maildir } from '../cli/running/posthorn.ts';
import { seeded } from '../servers/messages.ts';
import { note, seedOf } from './seed.ts';

const longest = 400_000;
/** Kills of a rename, which replaces one file and moves no mail. */
const renames = 8;
const seed = seedOf();
let servers: DemoServers;
let home: Home;
let total: number;

beforeEach(async () => {
  servers = await startDemoServers();
  home = await Home.make();
  total = 0;
});

afterEach(async () => {
  await home.remove();
  await servers.stop();
});

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

interface Synced {
  readonly accounts: {
    readonly account: string;
    readonly received: { readonly fetched: number }[];
  }[];
}

/** Polls what the file names, and says how many messages came. */
async function sync(): Promise<number> {
  const { status, stderr, document } = await home.json<Synced>(['sync']);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const folders = document.accounts.flatMap(({ received }) => received);
  return folders.reduce((sum, { fetched }) => sum + fetched, 0);
}

async function configure(): Promise<void> {
  const [user] = servers.users;
  if (user === undefined) throw new Error('the demo has no user');
  const work = { ...onDemo(servers, user), id: 'work01' };
  await home.configure(configuration({ work }));
  total = await sync();
  expect(total).toBeGreaterThan(20);
}

/** As the file has it, which is whole at any time; empty where it names none. */
async function named(): Promise<string> {
  const { accounts = {} } = parse(await readFile(home.config, 'utf8')) as { accounts?: object };
  return Object.keys(accounts)[0] ?? '';
}

/** SIGKILL for this process alone, after so many milliseconds; false where it had ended before. */
async function killed(words: readonly string[], afterMs: number): Promise<boolean> {
  const running = home.start(words);
  await Promise.race([pause(afterMs), running.ended]);
  running.child.kill('SIGKILL');
  return (await running.ended).status === null;
}

/** How long the command takes here, when nobody kills it. */
async function timed(words: readonly string[]): Promise<number> {
  const started = performance.now();
  expect(await home.run(words)).toMatchObject({ status: 0 });
  return performance.now() - started;
}

/** Most of the time goes by before the command does anything, so the moments lie towards its end, as long as it takes by now. */
class Moments {
  #wholeMs: number;
  readonly #random: () => number;

  constructor(wholeMs: number, random: () => number) {
    this.#wholeMs = wholeMs;
    this.#random = random;
  }

  next(): number {
    return this.#wholeMs * (0.4 + 0.6 * this.#random());
  }

  /** The command had ended by then. */
  missed(afterMs: number): void {
    this.#wholeMs = Math.min(this.#wholeMs, afterMs);
  }
}

describe(`killed at random moments (seed ${String(seed)})`, () => {
  it(
    'a rename leaves an account that works, with all of its mail',
    { timeout: longest },
    async () => {
      await configure();
      const rename = ['account', 'rename'];
      const moments = new Moments(await timed([...rename, 'work', 'office']), seeded(seed));
      let kills = 0;
      for (let attempt = 0; kills < renames && attempt < 3 * renames; attempt += 1) {
        const name = await named();
        const other = name === 'work' ? 'office' : 'work';
        const afterMs = moments.next();
        if (await killed([...rename, name, other], afterMs)) kills += 1;
        else moments.missed(afterMs);
        const now = await named();
        note(`killed after ${afterMs.toFixed(0)} ms: ${name} is ${now}`);
        expect(await sync()).toBe(0);
        if (now === name)
          expect(await home.run([...rename, name, other])).toMatchObject({ status: 0 });
        expect(await isThere(home.mail('office'))).toBe(false);
        expect(await maildir(home.mail('work', 'INBOX'))).not.toHaveLength(0);
      }
      expect(kills).toBe(renames);
      expect(await sync()).toBe(0);
    },
  );

  it(
    'a purge is completed by the same command, and an account put back gets all of its mail',
    { timeout: longest },
    async () => {
      await configure();
      const purge = ['account', 'remove', 'work', '--purge', '--yes'];
      const moments = new Moments(await timed(purge), seeded(seed + 1));
      let kills = 0;
      for (let attempt = 0; kills < 6 && attempt < 24; attempt += 1) {
        await configure();
        const afterMs = moments.next();
        if (await killed(purge, afterMs)) kills += 1;
        else moments.missed(afterMs);
        if ((await named()) === 'work') {
          expect(await sync()).toBe(0);
          expect((await home.run(purge)).status).toBe(0);
        } else expect([0, 64]).toContain((await home.run(purge)).status);
        expect(await home.run(purge)).toMatchObject({ status: 64 });
        expect(await readdir(home.mail()).catch(() => [])).toEqual([]);
      }
      expect(kills).toBe(6);
    },
  );
});
