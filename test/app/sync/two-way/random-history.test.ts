/** Random histories on both sides of an account, with deaths and lost connections: both sides become the same, and nothing is lost or doubled. */

import fc from 'fast-check';
import { describe, it } from 'vitest';
import { World, type WorldOptions } from '../../world.ts';
import { Play } from './play.ts';
import { broken, likeness, numberings, ofFolders, ofMessages, whole, type Step } from './steps.ts';

const paths = ['INBOX', 'Trash', 'Work', 'Lists'];

interface Abilities {
  readonly condstore: boolean;
  readonly qresync: boolean;
  readonly uidPlus: boolean;
  readonly move: boolean;
}

const abilities = fc.record({
  condstore: fc.boolean(),
  qresync: fc.boolean(),
  uidPlus: fc.boolean(),
  move: fc.boolean(),
});

const policies = fc.record({
  onLocalDelete: fc.constantFrom('trash' as const, 'expunge' as const),
  onRemoteDelete: fc.constantFrom('delete' as const, 'trash' as const),
});

async function playAll(
  steps: readonly Step[],
  can: Abilities,
  sync: NonNullable<WorldOptions['sync']>,
): Promise<void> {
  const world = new World('imap', { folders: paths, sync });
  Object.assign(world.server.can, can, { qresync: can.condstore && can.qresync });
  const play = new Play(world);
  await play.play({ kind: 'sync' });
  for (const step of steps) await play.play(step);
  await play.fates.expectAgreement();
}

const numRuns = Number(process.env['POSTHORN_TEST_RUNS'] ?? 60);

describe('a random history of both sides', () => {
  it.each([
    ['of messages', [...ofMessages, ...whole]],
    ['of messages, with syncs that break off', [...ofMessages, ...whole, ...broken]],
    ['of messages that are hard to tell apart', [...ofMessages, ...likeness, ...whole, ...broken]],
    ['of messages and folders', [...ofMessages, ...ofFolders, ...whole, ...broken]],
    ['of folders that are numbered anew', [...ofMessages, ...numberings, ...whole, ...broken]],
    [
      'of everything',
      [...ofMessages, ...likeness, ...ofFolders, ...numberings, ...whole, ...broken],
    ],
  ])('%s', async (_, kinds) => {
    const steps = fc.array(fc.oneof(...kinds), { maxLength: 25 });
    await fc.assert(fc.asyncProperty(steps, abilities, policies, playAll), { numRuns });
  });
});
