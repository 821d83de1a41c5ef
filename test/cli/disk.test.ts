/** Disks that are full, read-only or not there: 74, nothing lost, nothing half; the next sync goes on. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { makeMessage } from '../servers/messages.ts';
import { configuration, onDovecot } from './running/accounts.ts';
import { asStored, bag, below, Home, maildir, posthorn } from './running/posthorn.ts';
import type { Result } from './running/posthorn.ts';

const count = 40;
const messages = Array.from({ length: count }, (_, seed) =>
  makeMessage(seed, { kind: 'attachment', attachmentSize: 12_000 }),
);

let dovecot: Dovecot;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
});

beforeEach(async () => {
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await dovecot.stop();
});

async function configured(type: 'imap' | 'pop3'): Promise<void> {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', messages);
  const work = onDovecot(dovecot, user, type);
  await home.configure(configuration({ work }));
}

/** A shell with mounts of its own; `posthorn` is a word of it. What stands between the marks came from one run each. */
async function withMounts(script: string): Promise<Result[]> {
  const prelude = `set -e; posthorn() { set +e; ${posthorn.join(' ')} "$@" 2>err >out; printf '%s\\0%s\\0%s\\0' $? "$(cat out)" "$(cat err)"; set -e; }`;
  const shell = ['unshare', '-m', 'sh', '-c', `${prelude}\n${script}`];
  const { status, stdout, stderr } = await home.spawn(shell).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const fields = stdout.split('\0').slice(0, -1);
  return Array.from({ length: fields.length / 3 }, (_, at) => ({
    status: Number(fields[at * 3]),
    stdout: fields[at * 3 + 1] ?? '',
    stderr: fields[at * 3 + 2] ?? '',
  }));
}

/** The lines that mount a tmpfs, sync into it, copy out what is there, and sync again with more room. */
const fullMailDisk = `
  mkdir Mail && mount -t tmpfs -o size=300k tmpfs Mail
  posthorn sync
  cp -r Mail when-full
  mount -o remount,size=20m Mail
  posthorn sync
  cp -r Mail afterwards
  posthorn sync --json`;

it.each(['imap', 'pop3'] as const)('a full disk for the mail (%s)', async (type) => {
  await configured(type);
  const [full, freed, again] = await withMounts(fullMailDisk);
  expect(full?.status).toBe(74);
  expect(full?.stderr).toMatch(/^posthorn: work[:,] .*no space.*Make room/i);
  const before = await maildir(join(home.folder, 'when-full', 'work', 'INBOX'));
  const wanted = new Set(bag(messages.map(asStored)));
  expect(before.length).toBeLessThan(count);
  for (const file of bag(before)) expect(wanted.has(file)).toBe(true);
  expect(await readdir(join(home.folder, 'when-full', 'work', 'INBOX', 'tmp'))).toEqual([]);
  expect(freed).toMatchObject({ status: 0, stderr: '' });
  const after = await maildir(join(home.folder, 'afterwards', 'work', 'INBOX'));
  expect(bag(after)).toEqual(bag(messages.map(asStored)));
  expect(again?.status).toBe(0);
  expect(again?.stdout).toContain('"fetched":0');
});

it('a full disk under POP3 with deletion: what is not stored stays on the server', async () => {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', messages);
  const { incoming, ...work } = onDovecot(dovecot, user, 'pop3') as { incoming: object };
  const deleting = { ...work, incoming: { ...incoming, leaveOnServer: false } };
  await home.configure(configuration({ work: deleting }));
  const [full, freed] = await withMounts(fullMailDisk);
  expect(full?.status).toBe(74);
  expect(freed?.status).toBe(0);
  const after = await maildir(join(home.folder, 'afterwards', 'work', 'INBOX'));
  expect(bag(after)).toEqual(bag(messages.map(asStored)));
  expect(await dovecot.serverMessages(user)).toEqual([]);
});

it.each(['imap', 'pop3'] as const)('a full disk for the state (%s)', async (type) => {
  await configured(type);
  const [full, freed, again] = await withMounts(`
    mkdir -p .local/state && mount -t tmpfs -o size=220k tmpfs .local/state
    posthorn account list
    mkdir -p .local/state/filler
    dd if=/dev/zero of=.local/state/filler/zeros bs=4k 2>/dev/null || true
    posthorn sync
    rm -r .local/state/filler
    mount -o remount,size=20m .local/state
    posthorn sync
    posthorn sync --json`).then((runs) => runs.slice(1));
  expect(full?.status).toBe(74);
  expect(full?.stderr).toMatch(/no space|full/i);
  expect(full?.stderr).toContain(home.state);
  expect(freed).toMatchObject({ status: 0, stderr: '' });
  expect(bag(await maildir(home.mail('work', 'INBOX')))).toEqual(bag(messages.map(asStored)));
  expect(again?.stdout).toContain('"fetched":0');
});

it('a disk that is read-only: 74, and no change at all', async () => {
  await configured('imap');
  const [first, readOnly, writable] = await withMounts(`
    mkdir Mail && mount -t tmpfs tmpfs Mail
    mount -o remount,ro Mail
    posthorn sync
    mount -o remount,rw Mail
    posthorn sync
    cp -r Mail filled
    mount -o remount,ro Mail
    posthorn sync`);
  expect(first?.status).toBe(74);
  expect(first?.stderr).toMatch(/^posthorn: work: .*read-only/);
  expect(readOnly).toMatchObject({ status: 0, stderr: '' });
  expect(await maildir(join(home.folder, 'filled', 'work', 'INBOX'))).toHaveLength(count);
  expect([0, 74]).toContain(writable?.status);
});

it('a disk that is not mounted: 74, and nothing is made in its place', async () => {
  await configured('imap');
  const [first, unmounted, back] = await withMounts(`
    mkdir Mail && mount -t tmpfs tmpfs Mail
    posthorn sync
    mkdir aside && mount --move Mail aside
    posthorn sync
    ls -A Mail > left
    mount --move aside Mail
    posthorn sync --json`);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(unmounted?.status).toBe(74);
  expect(unmounted?.stderr).toMatch(/^posthorn: work: .*\.posthorn.*disk is mounted/);
  expect(await home.run(['account', 'list'])).toMatchObject({ status: 0 });
  expect(await readFile(join(home.folder, 'left'), 'utf8')).toBe('');
  expect(back?.status).toBe(0);
  expect(back?.stdout).toContain('"fetched":0');
});

it("a folder that is another account's: 74, and nothing is touched", async () => {
  const [one, two] = [await dovecot.addUser(), await dovecot.addUser()];
  await dovecot.deliver(one, 'INBOX', messages.slice(0, 2));
  await dovecot.deliver(two, 'INBOX', messages.slice(2, 4));
  await home.configure(configuration({ one: onDovecot(dovecot, one) }));
  expect((await home.run(['sync'])).status).toBe(0);
  const before = await below(home.mail());
  const shared = { ...onDovecot(dovecot, two), path: home.mail('one') };
  await home.configure(configuration({ two: shared }));
  const { status, stderr } = await home.run(['sync']);
  expect(status).toBe(74);
  expect(stderr).toMatch(/^posthorn: two: .* belongs to another account .*`path`/);
  expect(await below(home.mail())).toEqual(before);
});

it('a folder that holds mail already, without state: 78, and what to do', async () => {
  await configured('imap');
  const folder = home.mail('work', 'INBOX');
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, 'cur', '1.old.host:2,S'), 'Subject: old\n\nmail\n');
  const before = await below(home.mail());
  const { status, stdout, stderr } = await home.run(['sync']);
  expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
  expect(stderr).toMatch(/^posthorn: work: .*already holds mail.*state rebuild.*`path`/);
  expect(await below(home.mail())).toEqual(before);
});

it('lost state beside mail of its own: nothing is fetched twice or deleted', async () => {
  await configured('imap');
  expect((await home.run(['sync'])).status).toBe(0);
  const before = await below(home.mail());
  await rm(home.state, { recursive: true });
  const { status, stderr } = await home.run(['sync']);
  expect([74, 78]).toContain(status);
  expect(stderr).toMatch(/^posthorn: work: /);
  expect(await below(home.mail())).toEqual(before);
});
