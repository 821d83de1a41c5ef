/** Files that an account names: read whole, or refused with what to do. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { givenFiles } from '../../../src/adapters/files/given-files.ts';
import { output } from '../../servers/programs.ts';

let folder: string;
const place = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-files-'));
  await writeFile(place('text'), '\uFEFFGrüße\n');
  await writeFile(place('latin1'), Buffer.from('Gr\xfc\xdfe', 'latin1'));
  await writeFile(place('binary'), Buffer.from([65, 0, 66]));
  await writeFile(place('large'), 'x'.repeat(1025));
  await mkdir(place('folder'));
  await symlink(place('text'), place('link'));
  await output('/usr/bin/mkfifo', [place('pipe')]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(['text', 'link'])('%s is read, without its byte order mark', async (name) => {
  expect(await givenFiles.text(place(name), 1024)).toBe('Grüße\n');
});

it('as octets it is read as it stands', async () => {
  expect(await givenFiles.octets(place('latin1'), 5)).toEqual(Buffer.from('Gr\xfc\xdfe', 'latin1'));
});

it.each([
  ['nothing', 78, 'does not exist'],
  ['text/below', 78, 'does not exist'],
  ['folder', 78, 'is no file'],
  ['pipe', 78, 'is no file'],
  ['latin1', 65, 'is no UTF-8 text'],
  ['binary', 65, 'is no text file'],
  ['large', 65, 'is longer than 1 KiB'],
])('%s is refused', async (name, exitStatus, words) => {
  const refusal: unknown = await givenFiles.text(place(name), 1024).catch((e: unknown) => e);
  expect(refusal).toMatchObject({ exitStatus });
  expect((refusal as Error).message).toBe(`${place(name)} ${words}`);
});
