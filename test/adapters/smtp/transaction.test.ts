import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { dataBlocks, endOfData } from '../../../src/adapters/smtp/data-blocks.ts';
import type { SmtpOptions } from '../../../src/adapters/smtp/smtp-sender.ts';
import type { SenderSession } from '../../../src/ports/sending/mail-sender.ts';
import { startScriptedServer, type Answer, type ScriptedServer } from './scripted-server.ts';
import { connectTo, never } from './senders.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Script = (line: string) => Answer | undefined;

/** Answers by the script, and where that says nothing as a server does that takes everything. */
async function session(
  script: Script,
  { pipelining = false, ...options }: SmtpOptions & { pipelining?: boolean } = {},
): Promise<{ server: ScriptedServer; open: SenderSession }> {
  let isData = false;
  const server = await startScriptedServer('220 here', (line) => {
    if (line.startsWith('EHLO')) return pipelining ? '250-here\r\n250 PIPELINING' : '250 here';
    const said = script(line);
    if (said !== undefined) {
      if (line === 'DATA') isData = typeof said !== 'string' || said.startsWith('354');
      return said;
    }
    if (isData) {
      if (line === '.') isData = false;
      return line === '.' ? '250 taken' : '';
    }
    if (line !== 'DATA') return '250 ok';
    isData = true;
    return '354 go';
  });
  cleanups.push(() => server.stop());
  const open = await connectTo({ port: server.port }, { login: null, options });
  cleanups.push(() => open.close());
  return { server, open };
}

const octets = Buffer.from('Subject: hello\r\n\r\nhello\r\n');
const mail = (recipients: string[], body = octets) => ({
  ...{ from: 'mara@brunnen.example', recipients, octets: body },
});
const five = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@x.example`);

describe.each([true, false])('with pipelining: %s', (pipelining) => {
  const rcpt =
    (say: (address: string) => Answer | undefined): Script =>
    (line) => {
      const [, address] = /^RCPT TO:<(.*)>/.exec(line) ?? [];
      return address === undefined ? undefined : say(address);
    };

  it.each([
    '452 4.5.3 Too many recipients',
    '552 5.5.3 Maximum reached',
    '552 Too many recipients',
  ])('%s behind others is one too many for this transaction', async (reply) => {
    let count = 0;
    const { open } = await session(
      rcpt(() => ((count += 1) > 2 ? reply : undefined)),
      { pipelining },
    );
    const outcome = await open.send(mail(five), never);
    expect(outcome).toMatchObject({
      verdicts: ['accepted', 'accepted', 'excess', 'excess', 'excess'].map((kind) => ({ kind })),
    });
  });

  it.each([
    ['552 5.2.2 mailbox full', 'refused'],
    ['452 4.2.2 mailbox full', 'deferred'],
  ])('%s for the first speaks of that mailbox: %s', async (reply, kind) => {
    const { open } = await session(
      rcpt((address) => (address === 'a@x.example' ? reply : undefined)),
      { pipelining },
    );
    const outcome = await open.send(mail(['a@x.example', 'b@x.example']), never);
    expect(outcome).toMatchObject({ verdicts: [{ kind, reply }, { kind: 'accepted' }] });
  });

  it('552 behind others of a message that was not taken is no word for good', async () => {
    const { open } = await session(
      (line) => {
        if (line === '.') return '451 4.3.0 later';
        return line.startsWith('RCPT TO:<b') ? '552 too many' : undefined;
      },
      { pipelining },
    );
    const outcome = await open.send(mail(['a@x.example', 'b@x.example']), never);
    expect(outcome).toMatchObject({ verdicts: [{ kind: 'deferred' }, { kind: 'deferred' }] });
  });

  it('a sender that is refused before the connection is cut is refused for good', async () => {
    const { open } = await session(
      (line) =>
        line.startsWith('MAIL') ? (socket) => socket.end('550 5.7.1 not yours\r\n') : undefined,
      { pipelining },
    );
    await expect(open.send(mail(five), never)).rejects.toMatchObject({
      ...{ exitStatus: 69, reach: 'message', retry: 'never' },
      message: expect.stringContaining('550 5.7.1 not yours'),
    });
  });

  it('recipients that are refused before it is cut are refused for good; the others wait', async () => {
    const { open } = await session(
      rcpt((address) => {
        if (address === 'b@x.example') return '550 5.1.1 nobody';
        if (address === 'c@x.example') return (socket) => socket.end('421 4.7.0 enough\r\n');
        return undefined;
      }),
      { pipelining },
    );
    const outcome = await open.send(mail(five), never);
    expect(outcome).toMatchObject({
      verdicts: [
        { kind: 'deferred' },
        { kind: 'refused', reply: '550 5.1.1 nobody' },
        ...[{ kind: 'deferred' }, { kind: 'deferred' }, { kind: 'deferred' }],
      ],
    });
    expect(open.broken).toMatchObject({ exitStatus: 75 });
  });

  it('all refused: as what each is, and the session goes on', async () => {
    let isFirst = true;
    const { open, server } = await session(
      (line) => {
        if (line.startsWith('RCPT') && isFirst) return '550 5.1.1 nobody';
        if (line === 'DATA' && isFirst && pipelining) return '554 5.5.1 no valid recipients';
        if (line === 'RSET') isFirst = false;
        return undefined;
      },
      { pipelining },
    );
    expect(await open.send(mail(['a@x.example']), never)).toMatchObject({
      verdicts: [{ kind: 'refused', reply: '550 5.1.1 nobody' }],
    });
    expect(await open.send(mail(['b@x.example']), never)).toMatchObject({
      verdicts: [{ kind: 'accepted' }],
    });
    expect(server.connections).toBe(1);
  });

  it('a message that is refused while it is under way, before the connection is cut, is refused for good', async () => {
    const { open } = await session(
      (line) => (line === 'stop' ? (socket) => socket.end('552 5.3.4 too big\r\n') : undefined),
      { pipelining },
    );
    const large = Buffer.from(`Subject: x\r\n\r\nstop\r\n${'x'.repeat(70)}\r\n`.repeat(200_000));
    const outcome = await open.send(mail(['a@x.example'], large), never);
    expect(outcome).toMatchObject({ verdicts: [{ kind: 'refused', reply: '552 5.3.4 too big' }] });
    expect(open.broken).not.toBeNull();
  });

  it('a message that is cut while it is under way was not taken', async () => {
    const { open } = await session((line) => (line === 'stop' ? null : undefined), { pipelining });
    const large = Buffer.from(`Subject: x\r\n\r\nstop\r\n${'x'.repeat(70)}\r\n`.repeat(200_000));
    await expect(open.send(mail(['a@x.example'], large), never)).rejects.toMatchObject({
      ...{ exitStatus: 75, reach: 'account' },
    });
  });
});

describe('a server that took nobody and says 354 all the same', () => {
  it('gets an empty message, and stays in step', async () => {
    const { open, server } = await session(
      (line) => (line.startsWith('RCPT TO:<a') ? '550 nobody' : undefined),
      { pipelining: true },
    );
    expect(await open.send(mail(['a@x.example']), never)).toMatchObject({
      verdicts: [{ kind: 'refused' }],
    });
    expect(await open.send(mail(['b@x.example']), never)).toMatchObject({
      verdicts: [{ kind: 'accepted' }],
    });
    expect(server.lines.filter((line) => line === 'Subject: hello')).toHaveLength(1);
  });
});

describe('a server that drips', () => {
  /** One octet at a time, never a whole reply. */
  const dripping: Answer = (socket) => {
    const timer = setInterval(() => socket.write('2'), 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };

  it.each(['MAIL', 'RCPT', 'DATA'])('its answer to %s ends within its time', async (at) => {
    const { open } = await session((line) => (line.startsWith(at) ? dripping : undefined), {
      answerMs: 300,
    });
    await expect(open.send(mail(['a@x.example']), never)).rejects.toMatchObject({
      ...{ code: 'timeout', exitStatus: 75 },
    });
    expect(open.broken).toMatchObject({ code: 'timeout' });
  });

  it('its word on the message: uncertain after the longer time, which is the one that is told', async () => {
    const { open } = await session((line) => (line === '.' ? dripping : undefined), {
      ...{ answerMs: 100, finalMs: 1000 },
    });
    const outcome = await open.send(mail(['a@x.example']), never);
    expect(outcome).toMatchObject({
      kind: 'uncertain',
      reason: expect.stringContaining('within 1 s'),
    });
    expect(open.broken).toMatchObject({ code: 'timeout' });
  });

  it('the greeting ends within the time for connecting', async () => {
    const server = await startScriptedServer(null);
    cleanups.push(() => server.stop());
    await expect(
      connectTo({ port: server.port }, { login: null, options: { connectMs: 200 } }),
    ).rejects.toMatchObject({ code: 'timeout', layer: 'greeting' });
  });

  it('a server that takes nothing of the message is left after the time for a block', async () => {
    const { open } = await session(
      (line) =>
        line === 'DATA'
          ? (socket) => {
              socket.write('354 go\r\n');
              socket.pause();
            }
          : undefined,
      { blockMs: 300 },
    );
    const large = Buffer.alloc(32 * 1024 * 1024, 'x');
    await expect(open.send(mail(['a@x.example'], large), never)).rejects.toMatchObject({
      ...{ code: 'timeout', exitStatus: 75 },
    });
  });

  it('a slow line is none: as long as it takes blocks, a message of any size goes', async () => {
    const { open } = await session(
      (line) =>
        line === 'DATA'
          ? (socket) => {
              socket.write('354 go\r\n');
              const timer = setInterval(() => {
                socket.pause();
                setTimeout(() => socket.resume(), 40);
              }, 60);
              socket.on('close', () => {
                clearInterval(timer);
              });
            }
          : undefined,
      { blockMs: 1500, answerMs: 400 },
    );
    const large = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(16_000));
    const sending = open.send(mail(['a@x.example'], large), never);
    await expect(sending).resolves.toMatchObject({ verdicts: [{ kind: 'accepted' }] });
  });

  it('an answer without end is no answer', async () => {
    const { open } = await session((line) =>
      line.startsWith('MAIL')
        ? (socket) => {
            const more = (): void => {
              if (!socket.destroyed) socket.write('250-more\r\n'.repeat(1000), more);
            };
            more();
          }
        : undefined,
    );
    await expect(open.send(mail(['a@x.example']), never)).rejects.toThrow(/more than 200 lines/);
  });
});

describe('the blocks of a message', () => {
  /** What the other side makes of it (RFC 5321 4.5.2). */
  function received(data: Buffer): string {
    const text = data.toString('latin1');
    expect(text.endsWith('\r\n.\r\n') || text === '.\r\n').toBe(true);
    return text.slice(0, -3).replace(/^\./, '').replaceAll('\r\n.', '\r\n');
  }

  it('give back what was put in, however long and whatever dots there are', () => {
    const piece = fc.constantFrom(
      '.',
      '..',
      '\r\n',
      '\r\n.',
      '.\r\n',
      'x',
      'y'.repeat(16_383),
      '\r\n.\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const message = Buffer.from(pieces.join(''));
        const data = Buffer.concat([...dataBlocks(message), endOfData(message)]);
        const whole = message.toString('latin1');
        expect(received(data)).toBe(
          whole === '' || whole.endsWith('\r\n') ? whole : `${whole}\r\n`,
        );
        expect(data.indexOf('\r\n.\r\n')).toBe(data.length === 3 ? -1 : data.length - 5);
      }),
    );
  });
});
