/** Uploads that the server does not take, or of which nobody knows what became of them. */

import { expect, it } from 'vitest';
import { root, World } from '../../world.ts';
import { linesHere, linesThere } from './sides.ts';

const letter = (subject: string): string =>
  `Message-ID: <${subject}@example.org>\nSubject: ${subject}\n\n${subject}\n`;

async function withNewFiles(...subjects: readonly string[]): Promise<World> {
  const world = new World('imap');
  await world.sync();
  for (const each of subjects) write(world, each);
  return world;
}

function write(world: World, subject: string): void {
  world.disk.makeFolder(root, 'INBOX').set(`cur/${subject}:2,S`, Buffer.from(letter(subject)));
}

const appends = ({ steps }: World): number => steps.filter((each) => each === 'append').length;

it('a message that is refused for ever is tried at three polls, told, and then with full alone', async () => {
  const world = await withNewFiles('good', 'bad');
  world.server.faults.unwelcome.add(letter('bad').replaceAll('\n', '\r\n'));
  for (let poll = 1; poll <= 3; poll += 1) {
    const { received } = await world.sync();
    expect(received?.folders[0]?.failed).toMatchObject([{ id: 'bad' }]);
  }
  const { received } = await world.sync();
  expect(received?.folders[0]).toMatchObject({
    failed: [],
    notes: [expect.stringMatching(/bad is here alone.*3 times.*--full/)],
  });
  await world.sync();
  expect(appends(world)).toBe(0);
  expect(world.steps.filter((step) => /^commit (?!polled)/.test(step))).toEqual([]);
  world.server.faults.unwelcome.clear();
  await world.sync({ full: true });
  expect(appends(world)).toBe(1);
  expect(await linesThere(world)).toEqual(await linesHere(world));
});

it('a server without room, or a line that is lost, is no try of a message', async () => {
  const world = await withNewFiles('one', 'two', 'three');
  for (let poll = 1; poll <= 5; poll += 1) {
    world.server.faults.isFull = true;
    await world.sync();
    world.server.faults.isFull = false;
    world.server.faults.breaksAfter = 'append';
    await world.sync();
  }
  await world.sync();
  await world.sync();
  expect(await linesThere(world)).toEqual(await linesHere(world));
  expect((await linesThere(world)).length).toBe(3);
});

it.each([
  ['are not told', { uidPlus: false }, false],
  ['are told wrongly', { uidPlus: true }, true],
])('uploaded messages whose UIDs %s are known by the next sync, once', async (_, can, isWrong) => {
  const world = await withNewFiles('one', 'two');
  Object.assign(world.server.can, can);
  world.server.faults.tellsWrongUids = isWrong;
  world.server.deliver(letter('three').replaceAll('\n', '\r\n'));
  for (let poll = 1; poll <= 4; poll += 1) await world.sync();
  expect(await linesThere(world)).toEqual(await linesHere(world));
  expect((await linesThere(world)).length).toBe(3);
});
