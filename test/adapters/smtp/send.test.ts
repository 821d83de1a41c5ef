import { afterEach, describe, expect, it } from 'vitest';
import {
  startSmtpServer,
  type DemoSmtpServer,
  type SmtpOptions,
} from '../../../src/demo/smtp-server.ts';
import { userWith } from '../../demo/clients.ts';
import { connectTo, never } from './senders.ts';
import type { SenderSession } from '../../../src/ports/mail-sender.ts';
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
