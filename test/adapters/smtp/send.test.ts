import { afterEach, describe, expect, it } from 'vitest';
import {
  startSmtpServer,
  type DemoSmtpServer,
  type SmtpOptions,
} from '../../../src/demo/smtp-server.ts';
import { userWith } from '../../demo/clients.ts';
import { connectTo, never } from './senders.ts';
import type { SenderSession } from '../../../src/ports/sending/mail-sender.ts';
import type { Opening } from './senders.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: Partial<SmtpOptions> = {}): Promise<DemoSmtpServer> {
  const started = await startSmtpServer({ users: [userWith()], ...options });
  cleanups.push(() => started.stop());
  return started;
}

async function session(
  options: Partial<SmtpOptions> = {},
  opening: Opening = {},
): Promise<{ started: DemoSmtpServer; session: SenderSession }> {
  const started = await server(options);
  const opened = await connectTo({ port: started.port }, opening);
  cleanups.push(() => opened.close());
  return { started, session: opened };
}

const octets = Buffer.from('Subject: hello\r\n\r\nhello\r\n');

function mail(recipients: string[], body = octets, from = 'mara@brunnen.example') {
  return { from, recipients, octets: body };
}

describe('a message', () => {
  it('arrives as it is: dots, 8-bit, a line of 100 KB, no final line end', async () => {
    const { started, session: open } = await session();
    const odd = Buffer.concat([
      Buffer.from('Subject: odd\r\n\r\n.\r\n..\r\n.dot\r\nmid.\r\n\xfc\xe4\x00\r\n', 'latin1'),
      Buffer.alloc(100_000, 0x2e),
      Buffer.from('\r\n\r\n.\r\n'),
    ]);
    const outcome = await open.send(mail(['a@x.example'], odd), never);
    expect(outcome).toMatchObject({
      kind: 'answered',
      verdicts: [{ address: 'a@x.example', kind: 'accepted' }],
    });
    expect(started.deliveries.map(({ raw }) => raw.equals(odd))).toEqual([true]);
  });

  it('goes over one connection after another', async () => {
    const { started, session: open } = await session();
    for (const to of ['a@x.example', 'b@x.example', 'c@x.example'])
      expect(await open.send(mail([to]), never)).toMatchObject({ kind: 'answered' });
    expect(started.deliveries.map(({ recipients }) => recipients[0])).toEqual([
      'a@x.example',
      'b@x.example',
      'c@x.example',
    ]);
  });
});

describe('the final dot', () => {
  it.each(['close-stored', 'close-lost'] as const)('unanswered (%s) is uncertain', async (fate) => {
    const { session: open } = await session({ onData: () => fate });
    const outcome = await open.send(mail(['a@x.example']), never);
    expect(outcome).toMatchObject({ kind: 'uncertain' });
  });
});

describe('a recipient', () => {
  it('gets a verdict of its own', async () => {
    const onRcpt = (address: string) =>
      ({ 'no@x.example': '550 5.1.1 nobody here', 'later@x.example': '451 4.3.0 try later' })[
        address
      ];
    const { started, session: open } = await session({ onRcpt });
    const outcome = await open.send(
      mail(['a@x.example', 'no@x.example', 'later@x.example']),
      never,
    );
    expect(outcome).toMatchObject({
      kind: 'answered',
      verdicts: [
        { address: 'a@x.example', kind: 'accepted' },
        { address: 'no@x.example', kind: 'refused', reply: '550 5.1.1 nobody here' },
        { address: 'later@x.example', kind: 'deferred', reply: '451 4.3.0 try later' },
      ],
    });
    expect(started.deliveries[0]?.recipients).toEqual(['a@x.example']);
  });
});

describe('the reply to DATA', () => {
  it.each([
    ['554 5.7.1 spam', 'refused'],
    ['451 4.7.1 greylisted', 'deferred'],
  ])('%s speaks of all who were accepted before; the session goes on', async (reply, kind) => {
    let first = true;
    const onData = () => {
      const verdict = first ? reply : undefined;
      first = false;
      return verdict;
    };
    const onRcpt = (address: string) =>
      address === 'no@x.example' ? '550 5.1.1 nobody here' : undefined;
    const { session: open, started } = await session({ onData, onRcpt });
    const outcome = await open.send(mail(['a@x.example', 'no@x.example']), never);
    expect(outcome).toMatchObject({
      verdicts: [
        { address: 'a@x.example', kind, reply },
        { address: 'no@x.example', kind: 'refused', reply: '550 5.1.1 nobody here' },
      ],
    });
    await open.send(mail(['b@x.example']), never);
    expect(started.deliveries.map(({ recipients }) => recipients)).toEqual([['b@x.example']]);
  });
});

describe('a sender', () => {
  it.each([
    ['550 5.7.1 not yours', 'never'],
    ['451 4.3.0 later', 'later'],
  ])('%s: reaches the message, and the next one goes', async (reply, retry) => {
    const onMail = (from: string) => (from === 'else@x.example' ? reply : undefined);
    const { session: open } = await session({ onMail });
    await expect(
      open.send(mail(['a@x.example'], octets, 'else@x.example'), never),
    ).rejects.toMatchObject({ reach: 'message', retry, message: expect.stringContaining(reply) });
    expect(await open.send(mail(['a@x.example']), never)).toMatchObject({ kind: 'answered' });
  });

  it('may be empty: a bounce', async () => {
    const { session: open, started } = await session();
    await open.send(mail(['a@x.example'], octets, ''), never);
    expect(started.deliveries[0]?.from).toBe('');
  });
});

describe('what this server can never take', () => {
  it('all recipients refused: verdicts, and no message', async () => {
    const { session: open, started } = await session({ onRcpt: () => '550 5.1.1 nobody' });
    const outcome = await open.send(mail(['a@x.example', 'b@x.example']), never);
    expect(outcome).toMatchObject({
      verdicts: [{ kind: 'refused' }, { kind: 'refused' }],
    });
    expect(started.deliveries).toEqual([]);
    expect(await open.send(mail(['c@x.example']), never)).toMatchObject({ kind: 'answered' });
  });

  it('a message beyond SIZE is refused before it is sent', async () => {
    const { session: open } = await session({ size: 1000 });
    const large = Buffer.concat([octets, Buffer.alloc(1000, 'x')]);
    await expect(open.send(mail(['a@x.example'], large), never)).rejects.toMatchObject({
      ...{ exitStatus: 69, reach: 'message', retry: 'never' },
      message: expect.stringContaining('no more than 1000'),
    });
  });

  it.each(['a@x.example>\r\nRCPT TO:<b@x.example', 'a<b@x.example', ''])(
    'an address that would be a command of its own: %j',
    async (address) => {
      const { session: open, started } = await session();
      const outcome = await open.send(mail([address, 'good@x.example']), never);
      expect(outcome).toMatchObject({
        verdicts: [
          { address: 'good@x.example', kind: 'accepted' },
          { address, kind: 'refused' },
        ],
      });
      expect(started.deliveries.map(({ recipients }) => recipients)).toEqual([['good@x.example']]);
    },
  );
});

describe('a session that ends', () => {
  it('stopped before the dot: at once, with the signal’s reason', async () => {
    const { session: open } = await session({ onRcpt: () => 'stall' });
    const stop = new AbortController();
    const sending = open.send(mail(['a@x.example']), stop.signal);
    stop.abort(new Error('stop'));
    await expect(sending).rejects.toThrow('stop');
  });

  it('a server that says nothing more: a timeout', async () => {
    const options = { answerMs: 200 };
    const { session: open } = await session({ onRcpt: () => 'stall' }, { options });
    await expect(open.send(mail(['a@x.example']), never)).rejects.toMatchObject({
      ...{ exitStatus: 75, code: 'timeout', reach: 'account' },
    });
  });

  it('that says nothing after the dot: uncertain, after its longer time', async () => {
    const options = { finalMs: 200 };
    const { session: open } = await session({ onData: () => 'stall' }, { options });
    expect(await open.send(mail(['a@x.example']), never)).toMatchObject({ kind: 'uncertain' });
  });

  it.each(['MAIL', 'RCPT', 'DATA'])('421 to %s: nothing was taken, and it is over', async (at) => {
    const reply = '421 4.3.2 going down';
    const { session: open } = await session({
      ...(at === 'MAIL' ? { onMail: () => reply } : {}),
      ...(at === 'RCPT' ? { onRcpt: () => reply } : {}),
      ...(at === 'DATA' ? { onData: () => reply } : {}),
    });
    const outcome = await open.send(mail(['a@x.example']), never).catch((error: unknown) => error);
    const deferred = { verdicts: [{ kind: 'deferred' }] };
    if (outcome instanceof Error)
      expect(outcome).toMatchObject({ exitStatus: 75, reach: 'account' });
    else expect(outcome).toMatchObject(deferred);
  });

  it('closed twice is closed', async () => {
    const { session: open } = await session();
    await open.close();
    await open.close();
    await expect(open.send(mail(['a@x.example']), never)).rejects.toThrow();
  });
});
