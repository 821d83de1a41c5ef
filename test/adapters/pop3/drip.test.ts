import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Floor } from '../../../src/adapters/pop3/floor.ts';
import { corpus } from '../../servers/messages.ts';
import { fetched, listed, opener, thrownBy } from './support.ts';
import { startScripted, type Answer } from './scripted-server.ts';

const { kept, enter, cleanUp } = opener();
afterEach(cleanUp);

/** Each octet within every deadline for silence, and never an end. */
async function* drip(begin: string, piece: string): AsyncGenerator<Buffer> {
  yield Buffer.from(begin);
  for (;;) {
    await pause(20);
    yield Buffer.from(piece);
  }
}

const limits = { answerMs: 400, floorMs: 400, connectMs: 400, loginMs: 5000 };

async function open(answer: (command: string) => Answer | undefined) {
  const server = kept(await startScripted({ messages: corpus(3), answer }));
  return await enter(server.port, { limits });
}

describe('a server that drips', () => {
  it.each([
    ['in its greeting', '', '+', 'O', 'greeting'],
    ['in CAPA', 'CAPA', '+OK\r\n', 'x\r\n', undefined],
    ['before the end of a line', 'CAPA', '+OK\r\n', 'x', undefined],
  ])('%s is left', async (_what, command, begin, piece, layer) => {
    const opening = open((asked) => (asked === command ? drip(begin, piece) : undefined));
    const error = await thrownBy(opening);
    expect(error).toMatchObject({ code: 'timeout', exitStatus: 75, ...(layer && { layer }) });
  });

  it.each([
    ['in the answer to UIDL', 'UIDL', '+', 'O'],
    ['in its listing', 'UIDL', '+OK\r\n', '1'],
  ])('%s is left', async (_what, command, begin, piece) => {
    const session = await open((asked) => (asked === command ? drip(begin, piece) : undefined));
    expect(await thrownBy(session.list())).toMatchObject({ code: 'timeout', exitStatus: 75 });
  });

  it.each([
    ['in the answer to RETR', '-ERR ', 'x'],
    ['in a message', '+OK\r\n', 'a\r\n'],
  ])('%s is left', async (_what, begin, piece) => {
    const session = await open((asked) => (asked === 'RETR 2' ? drip(begin, piece) : undefined));
    expect(await thrownBy(fetched(session))).toMatchObject({ code: 'timeout', exitStatus: 75 });
    expect(session.spent).toBe(true);
  });

  it('in the answer to DELE is left before QUIT', async () => {
    const session = await open((asked) => (asked === 'DELE 2' ? drip('+', 'O') : undefined));
    const mail = await listed(session);
    expect(await thrownBy(session.remove(mail))).toMatchObject({ code: 'timeout' });
  });
});

it('a slow reader is not the server’s fault', async () => {
  const long = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(3000));
  const server = kept(await startScripted({ messages: [long] }));
  const session = await enter(server.port, { limits: { answerMs: 1000, floorMs: 1000 } });
  const batches = session.retrieve(await listed(session));
  let octets = 0;
  for await (const batch of batches)
    for (const each of batch) {
      if (each.kind !== 'message' || each.body.kind !== 'stream') throw new Error('no stream');
      for await (const chunk of each.body.chunks) {
        // Long against the deadlines: time itself is what is tried here.
        if (octets === 0) await pause(1500);
        octets += chunk.length;
      }
    }
  expect(octets).toBe(long.length);
});

describe('the floor', () => {
  it.each([
    ['silence', 0, 0, true],
    ['a few octets', 4095, 0, true],
    ['enough octets', 4096, 0, false],
    ['small answers', 100, 4, false],
    ['too few answers', 100, 3, true],
  ])('%s for a minute', (_what, octets, answers, isBelow) => {
    const floor = new Floor(60_000);
    floor.arrive(octets);
    for (let count = 0; count < answers; count += 1) floor.answer();
    expect(floor.waited(59_999)).toBe(false);
    expect(floor.waited(1)).toBe(isBelow);
  });

  it('counts what came and was not taken yet, as by a process that was busy', () => {
    expect(new Floor(60_000).waited(70_000, 4096)).toBe(false);
  });

  it('weighs each minute anew', () => {
    const floor = new Floor(60_000);
    floor.arrive(1_000_000);
    expect(floor.waited(60_000)).toBe(false);
    floor.arrive(10);
    expect(floor.waited(60_000)).toBe(true);
  });
});
