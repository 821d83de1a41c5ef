/** Twenty edits at once, some of them killed: every one survives whole or not at all, and nothing is left lying about. */
import { readdir, readFile, watch as watchFolder } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configuration } from '../running/accounts.ts';
import type { Entry } from '../running/accounts.ts';
import { Home } from '../running/posthorn.ts';
import type { Running } from '../running/posthorn.ts';

let home: Home;
/** Ends the reader of a test that failed. */
let over = new AbortController();

const entry = (name: string): Entry => ({
  identity: { address: `${name}@example.org` },
  incoming: { host: 'imap.example.org' },
  send: false,
});

const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n)}`);

const [edited, gone, added, applied] = [
  named('edited', 6),
  named('gone', 4),
  named('added', 5),
  named('applied', 5),
];

interface File {
  accounts: Record<string, { label?: string; tags?: string[] }>;
}

async function file(): Promise<File> {
  return parse(await readFile(home.config, 'utf8')) as File;
}

beforeEach(async () => {
  const accounts = Object.fromEntries([...edited, ...gone].map((name) => [name, entry(name)]));
  home = await Home.make(`# kept\n${configuration(accounts)}`);
});

afterEach(async () => {
  over.abort();
  await home.remove();
});

async function everything(): Promise<Running[]> {
  const files = await Promise.all(
    applied.map((name) =>
      home.write(`${name}.yaml`, JSON.stringify({ accounts: { [name]: entry(name) } })),
    ),
  );
  const add = (name: string): string[] => [
    ...['account', 'add', name, '--email', `${name}@example.org`, '--in-host', 'imap.example.org'],
    ...['--no-send', '--password-env', 'NOWHERE', '--skip-test'],
  ];
  return [
    ...edited.map((name) => ['account', 'edit', name, '--label', `New ${name}`, '--skip-test']),
    ...gone.map((name) => ['account', 'remove', name, '--yes']),
    ...added.map(add),
    ...files.map((path) => ['account', 'apply', path]),
  ].map((words) => home.start(words));
}

/** Reads at every stir of the folder; whatever is seen must be a whole file. */
function watch(): { stop: () => Promise<number> } {
  over = new AbortController();
  const seen = (async () => {
    let count = 0;
    try {
      for await (const _ of watchFolder(dirname(home.config), { signal: over.signal })) {
        const text = await readFile(home.config, 'utf8');
        expect(text.startsWith('# kept\n') && text.endsWith('\n')).toBe(true);
        expect(Object.keys((parse(text) as File).accounts).length).toBeGreaterThanOrEqual(6);
        count += 1;
      }
    } catch (error) {
      if (!over.signal.aborted) throw error;
    }
    return count;
  })();
  return {
    stop: () => {
      over.abort();
      return seen;
    },
  };
}

const beside = (): Promise<string[]> => readdir(dirname(home.config));

/** Twenty processes on a machine that does other things as well. */
const longest = 180_000;

it('all of twenty survive, and the file is whole at any time', { timeout: longest }, async () => {
  const reader = watch();
  const results = await Promise.all((await everything()).map(({ ended }) => ended));
  expect(results.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    results.map(() => ({ status: 0, stderr: '' })),
  );
  expect(await reader.stop()).toBeGreaterThan(10);
  const { accounts } = await file();
  expect(Object.keys(accounts).sort()).toEqual([...edited, ...added, ...applied].sort());
  for (const name of edited) expect(accounts[name]?.label).toBe(`New ${name}`);
  expect(await beside()).toEqual(['config.yaml']);
});

it(
  'SIGKILL of half of them leaves a whole file, no lock, and nothing after the next edit',
  { timeout: longest },
  async () => {
    const reader = watch();
    const running = await everything();
    // The first to end says that the others are in the middle of it.
    await Promise.race(running.map(({ ended }) => ended));
    for (const [at, { child }] of running.entries()) if (at % 2 === 0) child.kill('SIGKILL');
    const results = await Promise.all(running.map(({ ended }) => ended));
    for (const { status } of results) expect([0, null]).toContain(status);
    expect(await reader.stop()).toBeGreaterThan(0);
    const { accounts } = await file();
    for (const [at, name] of edited.entries())
      if (results[at]?.status === 0) expect(accounts[name]?.label).toBe(`New ${name}`);
    for (const [at, name] of gone.entries())
      if (results[edited.length + at]?.status === 0) expect(accounts[name]).toBeUndefined();
    const last = await home.run(['account', 'edit', 'edited0', '--tag', 'last', '--skip-test']);
    expect(last).toMatchObject({ status: 0, stderr: '' });
    expect((await file()).accounts['edited0']?.tags).toEqual(['last']);
    expect(await beside()).toEqual(['config.yaml']);
  },
);
