import { afterEach, describe, expect, it } from 'vitest';
import {
  answerAt,
  closeAt,
  cutAt,
  stallAt,
  withoutFinalDot,
  type OnResponse,
} from '../../../src/demo/faults.ts';
import { pop3Octets } from '../../../src/demo/pop3/message.ts';
import type { Retrieved } from '../../../src/ports/receiving/maildrop-source.ts';
import { octetsOf } from '../../contract/maildrop-source.ts';
import { userWith } from '../../demo/clients.ts';
import { corpus, oddMessages } from '../../servers/messages.ts';
import { startScripted } from './scripted-server.ts';
import { fetched, listed, opener, thrownBy } from './support.ts';

const { open, kept, enter, cleanUp } = opener();
afterEach(cleanUp);

const odd = [...oddMessages().values()];

describe('fetching', () => {
  it.each([1, 2, 3, 5, 7, 64])('odd messages, octet by octet, in chunks of %d', async (chunk) => {
    const small = odd.filter((raw) => raw.length < 5000);
    const session = await open(userWith(...small), { options: { chunk } });
    expect(await fetched(session)).toEqual(small.map(pop3Octets));
  });

  it.each([
    ['with PIPELINING', []],
    ['without PIPELINING', ['PIPELINING']],
    ['without CAPA', ['CAPA']],
  ])('a few hundred messages %s', async (_what, hide) => {
    const mail = [...odd, ...corpus(300)];
    const session = await open(userWith(...mail), { options: { hide } });
    const bodies = await fetched(session);
    expect(bodies.length).toBe(mail.length);
    mail.forEach((raw, at) => expect(pop3Octets(raw).equals(bodies[at] as Buffer)).toBe(true));
    expect(session.spent).toBe(false);
  });

  it.each([
    [['UIDL', 'PIPELINING'], 50],
    [['UIDL'], 1],
  ])('with %j has %d asked for before the first came', async (capabilities, count) => {
    let asked = 0;
    const answer = (command: string) => {
      if (command === 'RETR 1') asked = server.said.filter((line) => /^RETR/.test(line)).length;
      return undefined;
    };
    const script = { messages: corpus(50), capabilities: ['USER', ...capabilities], answer };
    const server = kept(await startScripted(script));
    expect(await fetched(await enter(server.port))).toHaveLength(50);
    expect(asked).toBe(count);
  });

  it('holds a server back whose messages are not read', async () => {
    const big = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(20_000));
    let answered = 0;
    const count: OnResponse = (command, payload) => {
      if (command.startsWith('RETR')) answered += 1;
      return payload;
    };
    const session = await open(userWith(big, big, big), { options: { onResponse: count } });
    const messages = session.retrieve(await listed(session))[Symbol.asyncIterator]();
    const first = await messages.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(1);
    const [message] = first.done === true ? [] : first.value;
    if (message?.kind !== 'message') throw new Error('no message');
    expect((await octetsOf(message.body)).equals(big)).toBe(true);
  });

  it.each([
    ['cut within', cutAt('RETR 2', 100)],
    ['cut before its final dot', withoutFinalDot('RETR 2')],
    ['not answered any more', closeAt('RETR 2')],
    ['the last before the connection is lost', closeAt('RETR 3')],
  ])('never takes a message for whole that is %s', async (_what, onResponse) => {
    const mail = corpus(3);
    const session = await open(userWith(...mail), { options: { onResponse } });
    const seen: Retrieved[] = [];
    const reading = (async () => {
      for await (const batch of session.retrieve(await listed(session))) seen.push(...batch);
    })();
    expect(await thrownBy(reading)).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(seen.length).toBeLessThanOrEqual(1);
    for (const each of seen)
      expect(each.kind === 'message' && (await octetsOf(each.body))).toEqual(mail[0]);
    expect(session.spent).toBe(true);
  });

  it('never takes a stream for whole that is cut', async () => {
    const large = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(2000));
    for (const onResponse of [cutAt('RETR 1', 1_500_000), withoutFinalDot('RETR 1')]) {
      const session = await open(userWith(large), { options: { onResponse } });
      expect(await thrownBy(fetched(session))).toMatchObject({ reach: 'account', exitStatus: 75 });
      expect(session.spent).toBe(true);
    }
  });
});

describe('a refused message', () => {
  const refusals = (...numbers: number[]): OnResponse => {
    return (command, payload) =>
      numbers.some((number) => command === `RETR ${number}`)
        ? Buffer.from('-ERR [SYS/TEMP] cannot open it\r\n')
        : payload;
  };

  it.each([[[]], [['PIPELINING']]])('is its own trouble (without %j)', async (hide) => {
    const mail = corpus(4);
    const options = { hide, onResponse: refusals(1, 3) };
    const session = await open(userWith(...mail), { options });
    const found: Retrieved[] = [];
    for await (const batch of session.retrieve(await listed(session))) found.push(...batch);
    expect(found.map(({ kind }) => kind)).toEqual(['refused', 'message', 'refused', 'message']);
    expect(found[0]).toMatchObject({ error: { reach: 'message', retry: 'later', exitStatus: 75 } });
    expect(session.spent).toBe(false);
  });

  it('is the server’s trouble where all that is left is refused for now', async () => {
    const mail = corpus(4);
    const session = await open(userWith(...mail), { options: { onResponse: refusals(3, 4) } });
    const found: Retrieved[] = [];
    const reading = (async () => {
      for await (const batch of session.retrieve(await listed(session))) found.push(...batch);
    })();
    expect(await thrownBy(reading)).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(found.map(({ kind }) => kind)).toEqual(['message', 'message']);
    expect(session.spent).toBe(true);
  });

  it('is the server’s trouble where it gives none of several', async () => {
    const onResponse: OnResponse = (command, payload) =>
      command.startsWith('RETR') ? Buffer.from('-ERR no\r\n') : payload;
    const session = await open(userWith(...corpus(2)), { options: { onResponse } });
    expect(await thrownBy(fetched(session))).toMatchObject({ reach: 'account', exitStatus: 75 });
  });

  it('is its own trouble where it is the only one, and the server does not say why', async () => {
    const onResponse = answerAt('RETR 1', '-ERR no\r\n');
    for (const hide of [[], ['PIPELINING']]) {
      const session = await open(userWith('a\r\n'), { options: { onResponse, hide } });
      expect(await fetched(session)).toEqual([null]);
      expect(session.spent).toBe(false);
    }
  });
});

it('a signal ends the fetching with its reason', async () => {
  const abort = new AbortController();
  const options = { onResponse: stallAt('RETR 2') };
  const session = await open(userWith(...corpus(3)), { options, signal: abort.signal });
  const reading = fetched(session);
  setTimeout(() => abort.abort(new Error('enough')), 50);
  expect((await thrownBy(reading)).message).toBe('enough');
  expect(session.spent).toBe(true);
});
