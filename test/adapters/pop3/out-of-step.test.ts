import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Retrieved } from '../../../src/ports/receiving/maildrop-source.ts';
import { octetsOf, retrieved } from '../../contract/maildrop-source.ts';
import { fetched, listed, opener, thrownBy } from './support.ts';
import { startScripted, type Script } from './scripted-server.ts';

const { kept, enter, cleanUp } = opener();
afterEach(cleanUp);

const text = (body: string, eol = '\r\n') => Buffer.from(`Subject: a${eol}${eol}${body}`, 'latin1');
const calm = (number: number, eol = '\r\n') => text(`number ${number}${eol}`, eol);
const wild = text('first half\r\n.\r\nsecond half\r\n');

async function open(script: Script) {
  return await enter(kept(await startScripted(script)).port);
}

/** What came before it was thrown, and what was thrown. */
async function until(script: Script): Promise<{ found: Retrieved[]; error: Error }> {
  const session = await open(script);
  const found: Retrieved[] = [];
  const reading = (async () => {
    for await (const batch of session.retrieve(await listed(session))) found.push(...batch);
  })();
  const error = await thrownBy(reading);
  expect(session.spent).toBe(true);
  expect(await thrownBy(session.remove([]))).toMatchObject({ exitStatus: 75 });
  return { found, error };
}

const abilities = ['USER', 'UIDL', 'TOP'];

describe.each([
  ['with PIPELINING', [...abilities, 'PIPELINING']],
  ['without', abilities],
])('%s', (_what, capabilities) => {
  it.each([undefined, 1, 5])(
    'a server that does not double dots: sizes tell the end (chunks of %s)',
    async (chunk) => {
      const messages = [calm(1), wild, calm(3)];
      const script = { messages, doubles: false, capabilities, ...(chunk && { chunk }) };
      const session = await open(script);
      expect(await fetched(session)).toEqual(messages);
      expect(session.spent).toBe(false);
    },
  );

  it('a server that does not double dots, with sizes that lie: refused, and no more is believed', async () => {
    const messages = [calm(1), wild, calm(3)];
    const size = (octets: Buffer) => octets.length - 1;
    const { found, error } = await until({ messages, doubles: false, capabilities, size });
    expect(found.map(({ kind }) => kind)).toEqual(['message', 'refused']);
    expect(found[1]).toMatchObject({ error: { reach: 'message', retry: 'later' } });
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75 });
  });

  it('the same where the message is the last one', async () => {
    const script = { messages: [wild], doubles: false, capabilities, size: () => 3 };
    const { found } = await until(script);
    expect(found.map(({ kind }) => kind)).toEqual(['refused']);
  });

  it('the same in a stream', async () => {
    const long = text(`${`${'y'.repeat(98)}\r\n`.repeat(5000)}.\r\nthe rest\r\n`);
    const right = await open({ messages: [long, calm(2)], doubles: false, capabilities });
    expect((await fetched(right)).map((octets) => octets?.length)).toEqual([
      long.length,
      calm(2).length,
    ]);
    const script = { messages: [long, calm(2)], doubles: false, capabilities, size: () => 3 };
    const session = await open(script);
    const mail = await listed(session);
    const messages = session.retrieve(mail)[Symbol.asyncIterator]();
    const first = await messages.next();
    const [each] = first.done === true ? [] : first.value;
    if (each?.kind !== 'message') throw new Error('no message');
    expect(await thrownBy(octetsOf(each.body))).toMatchObject({ reach: 'message' });
    expect(await thrownBy(messages.next())).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(session.spent).toBe(true);
  });

  it.each([undefined, 1, 3])('a server that ends its lines by LF (chunks of %s)', async (chunk) => {
    const messages = [calm(1, '\n'), text('.dot\n..\n', '\n'), calm(3, '\n')];
    const size = () => 7;
    const script = { messages, eol: '\n', capabilities, size, ...(chunk && { chunk }) };
    const session = await open(script);
    expect(await fetched(session)).toEqual(messages);
    expect(await session.remove(await listed(session))).toHaveLength(3);
  });

  it('a server whose messages alone have LF: sizes tell the end', async () => {
    const messages = [calm(1, '\n'), calm(2, '\n'), calm(3)];
    const session = await open({ messages, capabilities });
    expect(await fetched(session)).toEqual(messages);
    expect(await session.remove(await listed(session))).toHaveLength(3);
  });

  it('a server whose messages alone have LF, with sizes that lie: told within seconds', async () => {
    const messages = [calm(1, '\n'), calm(2, '\n')];
    const since = performance.now();
    const { found } = await until({ messages, capabilities, size: () => 9 });
    expect(performance.now() - since).toBeLessThan(8000);
    expect(found).toMatchObject([{ kind: 'refused', error: { reach: 'message' } }]);
    const [first] = found;
    expect(first?.kind === 'refused' && first.error.message).toContain('LF alone');
  });
});

it('says too much behind the last message: out of step', async () => {
  const messages = [calm(1), calm(2)];
  const answer = (command: string) => (command === 'NOOP' ? '+OK\r\nmore\r\n' : undefined);
  const { found, error } = await until({ messages, answer });
  expect(found).toHaveLength(2);
  expect(error.message).toContain('says more than it was asked for');
});

it('answers a RETR by a challenge: out of step', async () => {
  const answer = (command: string) => (command === 'RETR 2' ? '+ \r\n' : undefined);
  const { found } = await until({ messages: [calm(1), calm(2), calm(3)], answer });
  expect(found).toHaveLength(1);
});

describe('a whole session', () => {
  const messages = [
    calm(1),
    text('.one\r\n..two\r\n.\r\n.+OK\r\n'),
    text('\r\n\r\n'),
    text('a\n.\n+OK\nb\r\n'),
  ];

  it('comes out the same however it is cut', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    const styles = fc.constantFrom(abilities, [...abilities, 'PIPELINING']);
    await fc.assert(
      fc.asyncProperty(cuts, styles, async (sizes, capabilities) => {
        const server = await startScripted({ messages, capabilities, cuts: sizes });
        const session = await enter(server.port);
        const mail = await listed(session);
        const found = await retrieved(session, mail);
        expect(found.map(({ octets }) => octets)).toEqual(messages);
        expect(await session.messageIds(mail)).toEqual(new Map(mail.map(({ id }) => [id, null])));
        expect(await session.remove(mail)).toHaveLength(4);
        await server.stop();
      }),
      { numRuns: 60 },
    );
  });
});
