/** What has to become of each message of a history, and whether it did. */

import { expect } from 'vitest';
import type { World } from '../../world.ts';
import { countOf, foldersHere, foldersThere, linesHere, linesThere, unknownHere } from './sides.ts';

/** What became of one message, told by its subject. */
export interface Fate {
  readonly subject: string;
  /** Copies that there have to be, the trash with them. */
  count: number;
  /** Somebody deleted one. */
  isDeleted: boolean;
  /** Sides that changed it since both agreed. */
  readonly touched: Set<'here' | 'there'>;
  /** Both sides had it alike, and nobody moved, copied or deleted it since: what then becomes of one is for a trash to tell. */
  isAgreed: boolean;
  /** A sync left it without a known UID. */
  isUnsettled: boolean;
  /** Its folder was numbered anew since both agreed. */
  isRenumbered: boolean;
  /** The server was restored to what it was before: it stays here alone. */
  isHereAlone: boolean;
  /** Both sides changed it at the same time: how often. */
  conflicts: number;
}

export class Fates extends Map<string, Fate> {
  readonly world: World;

  constructor(world: World) {
    super();
    this.world = world;
  }

  /** What is the same on both sides is nobody's change any more. */
  async noteAgreed(): Promise<void> {
    const [here, there] = [await linesHere(this.world), await linesThere(this.world)];
    const unknown = await unknownHere(this.world);
    const of = (lines: readonly string[], subject: string): string =>
      lines.filter((each) => each.split(' | ')[1] === subject).join('\n');
    for (const fate of this.values()) {
      fate.isUnsettled = unknown.has(fate.subject);
      if (!unknown.has(fate.subject) && of(here, fate.subject) === of(there, fate.subject)) {
        fate.touched.clear();
        fate.isAgreed = true;
        fate.isRenumbered = false;
      }
    }
  }

  /** At every moment each message that nobody deleted is somewhere. */
  async expectNothingLost(): Promise<void> {
    const lines = [...(await linesHere(this.world)), ...(await linesThere(this.world))];
    const lost = [...this.values()].filter(
      ({ subject, isDeleted }) => !isDeleted && countOf(lines, subject) === 0,
    );
    expect(lost).toEqual([]);
  }

  /** Once both sides rest they become the same, and stay so. */
  async expectAgreement(): Promise<void> {
    const { world } = this;
    const syncs = 5;
    for (let at = 0; at < syncs; at += 1) await world.sync({ acceptDeletions: true });
    const { error, received } = await world.sync({ acceptDeletions: true });
    expect(error).toBeNull();
    expect(received?.folders.map((each) => each.error).filter((each) => each !== null)).toEqual([]);
    expect(await this.#linesHereToo()).toEqual(await linesThere(world));
    expect(foldersHere(world)).toEqual(foldersThere(world).filter((path) => !this.#isLeft(path)));
    expect(world.steps.filter((step) => !isQuiet(step))).toEqual([]);
    await this.#expectCounts();
  }

  /** Nothing but messages that can't be expunged keeps the folder there. */
  #isLeft(path: string): boolean {
    const { can, folders } = this.world.server;
    const { messages = [] } = folders.find((each) => each.path === path) ?? {};
    const isMarked = messages.length > 0 && messages.every(({ flags }) => flags.includes('T'));
    return !can.uidPlus && isMarked && !foldersHere(this.world).includes(path);
  }

  /** Without those that are here alone since the server was restored. */
  async #linesHereToo(): Promise<string[]> {
    const there = await linesThere(this.world);
    return (await linesHere(this.world)).filter((each) => {
      const at = there.indexOf(each);
      if (at >= 0) there.splice(at, 1);
      return at >= 0 || this.get(each.split(' | ')[1] ?? '')?.isHereAlone !== true;
    });
  }

  async #expectCounts(): Promise<void> {
    const lines = await linesThere(this.world);
    const wrong = [...this.values()].flatMap((fate) => {
      const { subject, count, isDeleted, conflicts } = fate;
      const found = countOf(lines, subject);
      const least = isDeleted ? count - conflicts : Math.max(1, count - conflicts);
      const isRight = found >= least && found <= count + conflicts;
      return isRight ? [] : [{ ...fate, found }];
    });
    expect(wrong).toEqual([]);
  }
}

const quiet = /^(open|connect|bind|folders|status|select|uids|facts|changes|commit polled|ensure)$/;

/** A question, or a note of the time. */
function isQuiet(step: string): boolean {
  return quiet.test(step);
}
