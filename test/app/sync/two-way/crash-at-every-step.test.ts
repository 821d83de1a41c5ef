/** A process that dies at every single step over a mixed history of both sides; resumed, both end as if nothing had happened. */

import { expect, it } from 'vitest';
import { root, World } from '../../world.ts';
import { linesHere, linesThere } from './sides.ts';

const letter = (subject: string): string =>
  `Message-ID: <${subject}@example.org>\r\nSubject: ${subject}\r\n\r\n${subject}\r\n`;

const paths = ['INBOX', 'Trash', 'Work'];
const before = ['seen', 'kept', 'keyword', 'gone-here', 'gone-there', 'moved-here', 'moved-there'];

/** Both sides agree on some letters; then each of them is changed on one side. */
async function changed(can: object): Promise<World> {
  const world = new World('imap', { folders: paths });
  Object.assign(world.server.can, can);
  for (const each of before) world.server.deliver(letter(each));
  for (let sync = 0; sync < 2; sync += 1) await world.sync();
  changeThere(world);
  changeHere(world);
  return world;
}

function changeThere({ server }: World): void {
  const inbox = server.folder();
  const found = (subject: string) =>
    inbox.messages.find(({ text }) => text === letter(subject)) ?? { id: '0', text: '' };
  inbox.change(
    ({ id }) => id === found('kept').id,
    () => ({ flags: ['F'] }),
  );
  inbox.change(
    ({ id }) => id === found('keyword').id,
    () => ({ keywords: ['work'] }),
  );
  server.deliver(letter('moved-there'), { path: 'Work', flags: ['S'] });
  for (const each of ['gone-there', 'moved-there']) server.expunge(found(each).id);
  server.deliver(letter('new-there'), { path: 'Work' });
}

function changeHere({ disk }: World): void {
  const inbox = disk.makeFolder(root, 'INBOX');
  const fileOf = (subject: string): string =>
    inbox.mail().find((path) => String(inbox.get(path)).includes(`Subject: ${subject}\n`)) ?? '';
  const seen = fileOf('seen');
  inbox.rename(seen, inbox, `cur/${seen.slice(4)}:2,S`);
  inbox.delete(fileOf('gone-here'));
  const moved = fileOf('moved-here');
  inbox.rename(moved, disk.makeFolder(root, 'Work'), `cur/${moved.slice(4)}:2,RS`);
  for (const [path, subject] of [
    ['INBOX', 'new-here'],
    ['Made', 'new-in-made'],
  ] as const)
    disk
      .makeFolder(root, path)
      .set(`cur/${subject}:2,S`, Buffer.from(letter(subject).replaceAll('\r\n', '\n')));
}

async function settled(world: World): Promise<string[]> {
  for (let sync = 0; sync < 4; sync += 1) await world.sync();
  expect(await linesHere(world)).toEqual(await linesThere(world));
  return await linesHere(world);
}

it.each([['with all extensions', { condstore: true, qresync: true, uidPlus: true, move: true }]])(
  'on a server %s',
  async (_, can) => {
    const whole = await changed(can);
    await whole.sync();
    const { length } = whole.steps;
    expect(length).toBeGreaterThan(30);
    const expected = await settled(whole);
    expect(expected.length).toBe(before.length + 2);
    for (const after of [false, true])
      for (let at = 0; at < length; at += 1) {
        const world = await changed(can);
        await world.sync({ crash: { at, after } });
        const where = `${String(at)} ${String(after)}: ${whole.steps[at] ?? ''}`;
        expect({ where, lines: await settled(world) }).toEqual({ where, lines: expected });
      }
  },
);
