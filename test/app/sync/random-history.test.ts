/** Random histories of a mailbox, with faults and deaths: nothing is lost, nothing doubled, nothing deleted that is not durable. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../servers/messages.ts';
import { World } from '../world.ts';

type Event =
  | { readonly kind: 'deliver'; readonly isSeen: boolean }
  /** POP3: new content under an id that is known and gone. */
  | { readonly kind: 'reuse'; readonly pick: number }
  /** POP3: a message that was gone is listed again. */
  | { readonly kind: 'return'; readonly pick: number }
  | { readonly kind: 'expunge'; readonly pick: number }
  | { readonly kind: 'refuse'; readonly pick: number; readonly times: number }
  | { readonly kind: 'sync' }
  | { readonly kind: 'sync-full' }
  | { readonly kind: 'sync-and-break'; readonly after: number }
  | { readonly kind: 'sync-and-lose-quit' }
  | { readonly kind: 'sync-and-die'; readonly at: number; readonly after: boolean };

const pick = fc.nat(30);

const common = [
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), isSeen: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expunge' as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('refuse' as const), pick, times: fc.nat(4) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'sync' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sync-full' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('sync-and-break' as const), after: fc.nat(8) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('sync-and-die' as const),
      at: fc.nat(40),
      after: fc.boolean(),
    }),
  },
];

const pop3Alone = [
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reuse' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('return' as const), pick }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sync-and-lose-quit' as const }) },
];

/** Plays events on a world and remembers what was ever delivered, to hold the outcome against. */
class Play {
  readonly world: World;
  /** Text of every message that the server ever held. */
  readonly #ever: string[] = [];
  /** Removed on the server by others, before or after they came here. */
  readonly #expunged = new Set<string>();
  #settled = 0;

  constructor(world: World) {
    this.world = world;
  }

  async play(event: Event): Promise<void> {
    switch (event.kind) {
      case 'deliver':
        this.#deliver({ flags: event.isSeen ? ['S'] : [] });
        break;
      case 'reuse':
        await this.#withAbsent(event.pick, (id) => {
          this.#deliver({ id });
        });
        break;
      case 'return':
        await this.#withAbsent(event.pick, (id) => {
          this.#giveBack(id);
        });
        break;
      case 'expunge':
        this.#expunge(event.pick);
        break;
      case 'refuse':
        this.#refuse(event.pick, event.times);
        break;
      default:
        await this.#sync(event);
    }
    await this.expectSafe();
  }

  async #sync(event: Extract<Event, { kind: `sync${string}` }>): Promise<void> {
    const { faults } = this.world.server;
    if (event.kind === 'sync-and-break') faults.breakAt = this.world.server.given + event.after;
    if (event.kind === 'sync-and-lose-quit') faults.atQuit = 'delete-and-break';
    const isFull = event.kind === 'sync-full';
    if (event.kind === 'sync-and-die') await this.world.sync({ crash: event });
    else await this.world.sync({ full: isFull });
    faults.breakAt = null;
    faults.atQuit = null;
  }

  #deliver(options: { id?: string; flags?: readonly 'S'[] }): void {
    const text = `message ${String(this.#ever.length)}`;
    this.#ever.push(text);
    this.world.server.deliver(text, options);
  }

  /** The ids that the state knows as gone, and the server does not list. */
  async #withAbsent(at: number, use: (id: string) => void): Promise<void> {
    const listed = new Set(this.world.server.folder().messages.map(({ id }) => id));
    const absent = Object.entries(await this.world.known())
      .filter(([id, status]) => (status === 'gone' || status === 'deleting') && !listed.has(id))
      .map(([id]) => id);
    const chosen = absent[at % Math.max(absent.length, 1)];
    if (chosen !== undefined) use(chosen);
  }

  /** The last message of that id stands on the server again. */
  #giveBack(id: string): void {
    const last = this.world.server.history.findLast((message) => message.id === id);
    if (last !== undefined) this.world.server.folder().messages.push(last);
  }

  #expunge(at: number): void {
    const { messages } = this.world.server.folder();
    const chosen = messages[at % Math.max(messages.length, 1)];
    if (chosen === undefined) return;
    this.#expunged.add(chosen.text);
    this.world.server.expunge(chosen.id);
  }

  #refuse(at: number, times: number): void {
    const { messages } = this.world.server.folder();
    const chosen = messages[at % Math.max(messages.length, 1)];
    if (chosen !== undefined) this.world.server.faults.refused.set(chosen.id, times);
  }

  /** At every moment: no half and no second copy; what posthorn deleted is here; no UID is settled whose fate is unknown. */
  async expectSafe(): Promise<void> {
    const mail = this.world.mail();
    expect(new Set(mail).size).toBe(mail.length);
    const ever = new Set(this.#ever);
    expect(mail.filter((text) => !ever.has(text))).toEqual([]);
    const here = new Set(mail);
    expect(this.world.server.deleted.filter((text) => !here.has(text))).toEqual([]);
    if (this.world.server.type === 'imap') await this.#expectSettled();
  }

  async #expectSettled(): Promise<void> {
    const folder = await this.world.knownFolder();
    const mark = folder?.settledUid ?? 0;
    expect(mark).toBeGreaterThanOrEqual(this.#settled);
    this.#settled = mark;
    const known = await this.world.known();
    const here = new Set(this.world.mail());
    for (const { id, text } of this.world.server.folder().messages) {
      const status = known[id];
      if (status === 'stored') expect(here).toContain(text);
      if (Number(id) <= mark) expect(status).toMatch(/stored|refused/);
    }
  }

  /** Once nothing fails any more, all that nobody else removed is here, once, and the next sync finds nothing. */
  async expectComplete(): Promise<void> {
    const { server } = this.world;
    server.faults.refused.clear();
    for (let poll = 0; poll < 2; poll += 1)
      await this.world.sync({ full: true, acceptDeletions: true });
    const asked = server.asked.length;
    const { error, received } = await this.world.sync({ full: true, acceptDeletions: true });
    expect(error).toBeNull();
    expect(received?.folders).toMatchObject([{ fetched: 0, failed: [], error: null }]);
    expect(server.asked.length).toBe(asked);
    const mail = new Set(this.world.mail());
    expect(this.#ever.filter((text) => !mail.has(text) && !this.#expunged.has(text))).toEqual([]);
    expect(mail.size).toBe(this.world.mail().length);
  }
}

async function playAll(world: World, events: readonly Event[]): Promise<void> {
  const play = new Play(world);
  for (const event of events) await play.play(event);
  await play.expectComplete();
}

describe('a random history', () => {
  const seed = fc.integer({ min: 1, max: 1_000_000 });
  const parameters = { numRuns: 150 };

  it('of an IMAP folder', async () => {
    const events = fc.array(fc.oneof(...common), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(events, seed, (history, chance) =>
        playAll(new World('imap', { random: seeded(chance) }), history),
      ),
      parameters,
    );
  });

  it.each([true, false])('of a POP3 maildrop (left on the server: %s)', async (leaveOnServer) => {
    const events = fc.array(fc.oneof(...common, ...pop3Alone), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(events, seed, (history, chance) =>
        playAll(new World('pop3', { leaveOnServer, random: seeded(chance) }), history),
      ),
      parameters,
    );
  });
});
