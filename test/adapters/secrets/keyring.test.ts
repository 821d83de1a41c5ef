/** Secrets in a real gnome-keyring: open, locked, gone, and where nobody answers at all. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets } from '../../../src/adapters/secrets/secrets.ts';
import type { SecretOwner, Secrets } from '../../../src/ports/accounts/secrets.ts';
import { SessionBus } from '../../servers/gnome-keyring.ts';

// Each question is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const owner: SecretOwner = { accountId: '7f3kq2', server: 'incoming' };
const ref = { kind: 'keyring' } as const;
const repository = join(import.meta.dirname, '../../..');

let bus: SessionBus;
let scratch: string;
let directory: string;
let built: string;

/** Below node_modules, so that it finds the library. */
async function buildProgram(more: { external?: string[]; alias?: Record<string, string> } = {}) {
  const cache = join(repository, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'posthorn-test-'));
  await build({
    entryPoints: [join(repository, 'src/adapters/secrets/keyring-program.ts')],
    ...{ outdir, bundle: true, splitting: true, format: 'esm', platform: 'node' },
    ...{ target: 'node20', logLevel: 'error', external: ['@napi-rs/keyring'], ...more },
  });
  return outdir;
}

beforeAll(async () => {
  [bus, built] = await Promise.all([SessionBus.start(), buildProgram()]);
  await bus.startKeyring();
});

afterAll(async () => {
  await bus.stop();
  rmSync(built, { recursive: true, force: true });
});

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'posthorn-secrets-'));
  directory = join(scratch, 'secrets');
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function secretsOn(address: string | undefined, outdir = built): Secrets {
  return createSecrets({
    directory,
    env: { HOME: scratch, ...(address === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: address }) },
    keyringProgram: pathToFileURL(join(outdir, 'keyring-program.js')),
  });
}

describe('a keyring that answers', () => {
  let secrets: Secrets;

  beforeEach(() => {
    secrets = secretsOn(bus.address);
  });

  it('says so, and keeps nothing of the question', async () => {
    expect(await secrets.keyringState(10_000)).toEqual({ answers: true, why: null });
    expect(existsSync(directory)).toBe(false);
  });

  it.each([
    ['a word', 'hunter2'],
    ['blanks and signs', ' pässwörd€ "\'%s$\\ '],
    ['ten thousand letters', 'x'.repeat(10_000)],
  ])('gives %s back, and no file holds it', async (_what, secret) => {
    await secrets.store(owner, secret, 'keyring');
    expect(await secrets.read(ref, owner)).toBe(secret);
    expect(readdirSync(directory)).toEqual(['7f3kq2.incoming.keyring']);
    await secrets.forget('7f3kq2');
    expect(readdirSync(directory)).toEqual([]);
    await expect(secrets.read(ref, owner)).rejects.toMatchObject({
      exitStatus: 77,
      message: expect.stringContaining('holds no password'),
      remedy: expect.stringContaining('account passwd NAME'),
    });
  });

  it('keeps the two servers of an account, and the file beside it, apart', async () => {
    const outgoing = { ...owner, server: 'outgoing' } as const;
    await secrets.store(owner, 'in', 'keyring');
    await secrets.store(outgoing, 'out', 'keyring');
    await secrets.store(owner, 'file', 'file');
    expect(await secrets.read(ref, owner)).toBe('in');
    expect(await secrets.read(ref, outgoing)).toBe('out');
    await secrets.drop(owner, 'keyring');
    expect(await secrets.holds(owner, 'keyring')).toBe(false);
    expect(await secrets.read(ref, outgoing)).toBe('out');
    expect(await secrets.read({ kind: 'stored' }, owner)).toBe('file');
    await secrets.forget('7f3kq2');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('holds the old one until the new one is kept', async () => {
    await secrets.store(owner, 'old', 'keyring');
    const dropped = await secrets.stage(owner, 'hunter2', 'keyring');
    await dropped.drop();
    expect(await secrets.read(ref, owner)).toBe('old');
    const kept = await secrets.stage(owner, 'new', 'keyring');
    expect(await secrets.read(ref, owner)).toBe('old');
    await kept.keep();
    expect(await secrets.read(ref, owner)).toBe('new');
    expect(readdirSync(directory)).toEqual(['7f3kq2.incoming.keyring']);
    await secrets.stage(owner, 'killed', 'keyring');
    await secrets.forget('7f3kq2');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('answers many at once', async () => {
    const owners = Array.from({ length: 3 }, (_, n) => ({
      ...owner,
      accountId: `many${String(n)}`,
    }));
    await Promise.all(owners.map((each) => secrets.store(each, each.accountId, 'keyring')));
    const read = await Promise.all(owners.map((each) => secrets.read(ref, each)));
    expect(read).toEqual(owners.map(({ accountId }) => accountId));
    for (const { accountId } of owners) await secrets.forget(accountId);
  });
});

describe('without an answer', () => {
  const unreadable = { exitStatus: 75, remedy: expect.stringContaining('--no-password-keyring') };

  it('locked: 75, nothing is believed to be there or gone', async () => {
    const secrets = secretsOn(bus.address);
    await secrets.store(owner, 'hunter2', 'keyring');
    await bus.lock();
    expect(await secrets.keyringState(10_000)).toEqual({ answers: false, why: 'it is locked' });
    await expect(secrets.read(ref, owner)).rejects.toMatchObject(unreadable);
    await expect(secrets.stage(owner, 'new', 'keyring')).rejects.toMatchObject({ exitStatus: 75 });
    await expect(secrets.forget('7f3kq2')).rejects.toMatchObject({
      exitStatus: 75,
      remedy: expect.stringContaining('7f3kq2.incoming'),
    });
    expect(readdirSync(directory)).toEqual(['7f3kq2.incoming.keyring']);
    await bus.stopKeyring();
    expect(await secrets.keyringState(10_000)).toMatchObject({ answers: false });
    await bus.startKeyring();
    expect(await secrets.read(ref, owner)).toBe('hunter2');
    await secrets.forget('7f3kq2');
  });

  it('an account that has nothing in the keyring is forgotten without it', async () => {
    const secrets = secretsOn(undefined);
    await secrets.store(owner, 'hunter2', 'file');
    await secrets.forget('7f3kq2');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('no session bus, as in cron: 75, and no store that forgets at the next start', async () => {
    const secrets = secretsOn(undefined);
    expect(await secrets.keyringState(10_000)).toEqual({
      answers: false,
      why: 'no session bus here',
    });
    await expect(secrets.read(ref, owner)).rejects.toMatchObject(unreadable);
    await expect(secrets.store(owner, 'hunter2', 'keyring')).rejects.toMatchObject({
      exitStatus: 75,
      message: 'the keyring does not take the password: no session bus here',
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('no service on the bus', async () => {
    const bare = await SessionBus.start();
    try {
      expect(await secretsOn(bare.address).keyringState(10_000)).toEqual({
        answers: false,
        why: 'no keyring service on this session',
      });
    } finally {
      await bare.stop();
    }
  });

  it('the library is not installed', async () => {
    const without = await buildProgram({
      alias: { '@napi-rs/keyring': '@napi-rs/no-keyring' },
      external: ['@napi-rs/no-keyring'],
    });
    try {
      expect(await secretsOn(bus.address, without).keyringState(10_000)).toEqual({
        answers: false,
        why: 'the optional package @napi-rs/keyring is not installed',
      });
    } finally {
      rmSync(without, { recursive: true, force: true });
    }
  });

  it('posthorn runs from its source', async () => {
    const secrets = createSecrets({ directory, env: {} });
    expect(await secrets.keyringState()).toEqual({ answers: false, why: 'posthorn was not built' });
  });
});

describe('a bus that never says a word', () => {
  let deaf: Server;
  let address: string;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    deaf = createServer((socket) => {
      sockets.push(socket);
    });
    deaf.listen(join(scratch, 'deaf'));
    await once(deaf, 'listening');
    address = `unix:path=${join(scratch, 'deaf')}`;
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    deaf.close();
  });

  it('is given up at the deadline, and those who waited behind are not held up as long again', async () => {
    const secrets = secretsOn(address);
    const states = await Promise.all([1, 2, 3].map(() => secrets.keyringState(600)));
    for (const { answers, why } of states) {
      expect(answers).toBe(false);
      expect(why).toMatch(/did not answer within 0\.6 s/);
    }
    expect(sockets).toHaveLength(1);
  });

  it('is left at once when the signal says so', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const reading = secretsOn(address).read(ref, owner, stop.signal);
    await once(deaf, 'connection');
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

it('a mark that cannot be written is a fault of the disk', async () => {
  writeFileSync(directory, '');
  const storing = secretsOn(bus.address).store(owner, 'hunter2', 'keyring');
  await expect(storing).rejects.toMatchObject({ exitStatus: 74 });
});
