/** Odd and many messages, byte for byte, and as Python's mailbox reads them. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Delivery, MailTree } from '../../../src/ports/receiving/mail-store.ts';
import {
  asDelivery,
  deliver,
  sha256,
  stagedOf,
  type Message,
  type StoreWorld,
} from '../../contract/mail-store.ts';
import { diskAround } from '../../disk/faulty-disk.ts';
import { diskWorld } from './disk-world.ts';

let world: StoreWorld;
let tree: MailTree;

beforeEach(async () => {
  world = await diskWorld();
  tree = await world.store.create(world.root, 'mine');
  await tree.ensureFolder('INBOX');
});

afterEach(async () => {
  await world.dispose();
});

async function temporarySize(): Promise<number> {
  const [name = ''] = await world.temporary('INBOX');
  return (await stat(join(world.root, 'INBOX/tmp', name))).size;
}

const headers = 'Subject: odd\r\n\r\n';

describe('odd messages', () => {
  it.each([
    ['of 0 bytes', '', ''],
    ['with NUL', `${headers}a\0b\r\n`, 'Subject: odd\n\na\0b\n'],
    ['with bare LF and bare CR', `${headers}a\nb\rc\r\r\n`, 'Subject: odd\n\na\nb\rc\r\n'],
    [
      'with lines of 100 KB',
      `${'x'.repeat(100_000)}\r\n`.repeat(3),
      `${'x'.repeat(100_000)}\n`.repeat(3),
    ],
    ['without a last line end', `${headers}end`, 'Subject: odd\n\nend'],
    ['that end in CR', `${headers}end\r`, 'Subject: odd\n\nend\r'],
  ])('%s', async (_, wire, disk) => {
    await deliver(tree, 'INBOX', [{ key: 'k', text: Buffer.from(wire, 'latin1') }]);
    const [octets] = [...(await world.files('INBOX')).values()];
    expect(octets?.equals(Buffer.from(disk, 'latin1'))).toBe(true);
  });

  it('with every octet there is', async () => {
    const octets = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await deliver(tree, 'INBOX', [{ key: 'k', text: octets }]);
    expect([...(await world.files('INBOX')).values()]).toEqual([octets]);
  });

  it('of 60 MB, without standing in memory', { timeout: 60_000 }, async () => {
    const line = Buffer.from(`${'0123456789'.repeat(7)}\r\n`.repeat(1000));
    const rounds = Math.ceil(60_000_000 / line.length);
    let halfway = 0;
    async function* body(): AsyncGenerator<Buffer> {
      for (let round = 0; round < rounds; round += 1) {
        if (round === Math.floor(rounds / 2)) halfway = await temporarySize();
        yield line;
      }
    }
    const delivery: Delivery = {
      key: 'k',
      flags: [],
      internalDate: null,
      body: { kind: 'stream', chunks: body() },
    };
    const [staged] = stagedOf(await tree.stage('INBOX', [delivery]));
    if (staged === undefined) throw new Error('nothing staged');
    expect(halfway).toBeGreaterThan(29_000_000);
    expect(staged.wireSize).toBe(line.length * rounds);
    expect(staged.size).toBe((line.length - 1000) * rounds);
    await tree.publish('INBOX', [staged]);
    const [octets] = [...(await world.files('INBOX')).values()];
    const lf = createHash('sha256');
    const oneRound = Buffer.from(String(line).replaceAll('\r', ''));
    for (let round = 0; round < rounds; round += 1) lf.update(oneRound);
    expect(sha256(octets ?? '')).toBe(lf.digest('hex'));
  });
});

it('files are private and carry the internal date', async () => {
  const dates = [1_600_000_000_000, 981_173_106_500, -86_400_000];
  await deliver(
    tree,
    'INBOX',
    dates.map((internalDate, index) => ({ key: String(index), text: 'x', internalDate })),
  );
  for (const [index, date] of dates.entries()) {
    const found = await stat(join(world.root, 'INBOX/new', sha256(String(index)).slice(0, 32)));
    expect(Math.abs(found.mtimeMs - date)).toBeLessThan(1);
    expect(found.mode & 0o777).toBe(0o600);
  }
});

it('5,000 messages in batches read the folder once', { timeout: 120_000 }, async () => {
  let scans = 0;
  const disk = diskAround((call, work) => {
    if (call.name === 'readdir' && /(new|cur)$/.test(call.path)) scans += 1;
    return work();
  });
  const second = await createMaildirStore({ disk }).open(world.root, 'mine');
  await second.ensureFolder('INBOX');
  for (let batch = 0; batch < 50; batch += 1) {
    const messages = Array.from({ length: 100 }, (_, index): Message => {
      const key = String(batch * 100 + index);
      return { key, text: `${headers}${key}\r\n`, flags: index % 2 === 0 ? [] : ['S'] };
    });
    await deliver(second, 'INBOX', messages);
  }
  expect(await second.count('INBOX')).toEqual({ unread: 2500, total: 5000 });
  // One complete scan (two directories), and those of count().
  expect(scans).toBeLessThanOrEqual(2 * 3 + 2);
});

it("Python's mailbox reads what was written", async () => {
  await tree.ensureFolder('INBOX/Entwürfe');
  await deliver(tree, 'INBOX', [
    { key: 'a', text: 'Subject: plain\r\n\r\nbody\r\n' },
    {
      key: 'b',
      text: 'Subject: flagged\r\n\r\nbody\r\n',
      flags: ['F', 'S', 'P'],
      internalDate: 1.5e12,
    },
  ]);
  const script = `
import json, mailbox, sys
box = mailbox.Maildir(sys.argv[1], create=False)
print(json.dumps(sorted([m['Subject'], m.get_subdir(), m.get_flags(), m.get_date(), box.get_bytes(k).decode()]
                        for k, m in box.items())))
`;
  const { stdout } = await promisify(execFile)('python3', [
    '-c',
    script,
    join(world.root, 'INBOX'),
  ]);
  expect(JSON.parse(stdout)).toEqual([
    ['flagged', 'cur', 'FPS', 1.5e9, 'Subject: flagged\n\nbody\n'],
    ['plain', 'new', '', expect.any(Number), 'Subject: plain\n\nbody\n'],
  ]);
});

it('what is no file under a name of ours is no message', async () => {
  const [empty = '', folder = ''] = ['a', 'b'].map((key) => sha256(key).slice(0, 32));
  await promisify(execFile)('mkfifo', [join(world.root, 'INBOX/new', empty)]);
  await mkdir(join(world.root, 'INBOX/new', folder));
  const again = await world.store.open(world.root, 'mine');
  const results = await deliver(again, 'INBOX', [
    { key: 'a', text: '' },
    { key: 'b', text: 'x' },
  ]);
  expect(results.map(({ collided }) => collided)).toEqual([true, true]);
});

describe('ensureFolder', () => {
  it('clears what a broken run left in tmp/, and nothing else', async () => {
    const tmp = join(world.root, 'INBOX/tmp');
    const stranger = '1700000000.M1P2.host';
    await writeFile(join(tmp, `posthorn-${'a'.repeat(32)}-${'b'.repeat(16)}`), 'half');
    await writeFile(join(tmp, stranger), 'half');
    const again = await world.store.open(world.root, 'mine');
    await again.ensureFolder('INBOX');
    expect(await readdir(tmp)).toEqual([stranger]);
  });

  it('does not clear what this run is writing', async () => {
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      await tree.ensureFolder('INBOX');
      yield Buffer.from('y');
    }
    const delivery: Delivery = {
      ...asDelivery({ key: 'k', text: '' }),
      body: { kind: 'stream', chunks: chunks() },
    };
    const staged = stagedOf(await tree.stage('INBOX', [delivery]));
    expect(await tree.publish('INBOX', staged)).toHaveLength(1);
  });

  it('makes private folders, and mends a folder that lacks a part', async () => {
    await tree.ensureFolder('Projekte/Straße');
    expect((await readdir(join(world.root, 'Projekte/Straße'))).sort()).toEqual([
      'cur',
      'new',
      'tmp',
    ]);
    expect((await stat(join(world.root, 'Projekte'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(world.root, 'Projekte'))).toEqual(['Straße']);
    await mkdir(join(world.root, 'Part/tmp'), { recursive: true });
    await tree.ensureFolder('Part');
    await deliver(tree, 'Part', [{ key: 'k', text: 'x' }]);
    expect((await world.files('Part')).size).toBe(1);
  });

  it('marks subfolders of Maildir++, whose root is the inbox', async () => {
    await tree.ensureFolder('');
    await tree.ensureFolder('.Sent');
    await deliver(tree, '', [{ key: 'k', text: 'x' }]);
    expect((await readdir(join(world.root, '.Sent'))).sort()).toEqual([
      'cur',
      'maildirfolder',
      'new',
      'tmp',
    ]);
    expect(await tree.count('')).toEqual({ unread: 1, total: 1 });
    expect((await readdir(world.root)).sort()).toEqual([
      '.Sent',
      '.posthorn',
      'INBOX',
      'cur',
      'new',
      'tmp',
    ]);
  });

  it('says so where a file stands in its way', async () => {
    await writeFile(join(world.root, 'File'), '');
    await expect(tree.ensureFolder('File/x')).rejects.toMatchObject({
      exitStatus: 74,
      reach: 'folder',
    });
  });

  it('never leaves the root', async () => {
    await expect(async () => tree.ensureFolder('../x')).rejects.toThrow(/out of the mail folder/);
    expect(() => tree.directory('../work-2')).toThrow(/out of the mail folder/);
  });
});
