import { createTransport, type SentMessageInfo } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import {
  startSmtpServer,
  type DemoSmtpServer,
  type SmtpOptions,
} from '../../src/demo/smtp-server.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { certificate, userWith } from './clients.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(user: DemoUser, options: Partial<SmtpOptions> = {}): Promise<DemoSmtpServer> {
  const started = await startSmtpServer({ users: [user], ...options });
  cleanups.push(() => started.stop());
  return started;
}

const raw = Buffer.from('Subject: \xfc\r\n\r\n.dot\r\n..\r\nend\r\n', 'latin1');

interface Sending {
  pass?: string;
  authMethod?: string;
  to?: string[];
  ca?: string;
  secure?: boolean;
}

async function send(port: number, options: Sending = {}): Promise<SentMessageInfo> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    secure: options.secure ?? false,
    auth: { user: 'mara', pass: options.pass ?? 'geheim' },
    ...(options.authMethod === undefined ? {} : { authMethod: options.authMethod }),
    ...(options.ca === undefined
      ? { ignoreTLS: true }
      : { requireTLS: true, tls: { ca: options.ca, servername: 'localhost' } }),
  });
  const to = options.to ?? ['mara@brunnen.example'];
  return await transport.sendMail({ envelope: { from: 'mara@brunnen.example', to }, raw });
}

describe('submission', () => {
  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])(
    'delivers octet by octet after %s',
    async (authMethod) => {
      const user = userWith();
      const started = await server(user);
      await send(started.port, {
        authMethod,
        to: ['MARA@brunnen.example', 'away@elsewhere.example'],
      });
      expect(user.mailbox.inbox.messages.map((message) => message.raw)).toEqual([raw]);
      expect(started.deliveries).toMatchObject([
        { user: 'mara', recipients: ['MARA@brunnen.example', 'away@elsewhere.example'] },
      ]);
    },
  );

  it('refuses a wrong password', async () => {
    const { port } = await server(userWith());
    await expect(send(port, { pass: 'x' })).rejects.toMatchObject({ responseCode: 535 });
  });

  it('starts TLS, or speaks it from the start', async () => {
    const tls = certificate();
    const user = userWith();
    const starting = await server(user, { security: 'starttls', tls });
    const speaking = await server(user, { security: 'tls', tls });
    await send(starting.port, { ca: tls.cert });
    await send(speaking.port, { ca: tls.cert, secure: true });
    expect(user.mailbox.inbox.messages).toHaveLength(2);
  });
});

describe('faults', () => {
  it('refuses senders, recipients, and data', async () => {
    const user = userWith();
    const refusals: Partial<SmtpOptions>[] = [
      { onMail: () => '451 4.3.0 try later' },
      { onRcpt: () => '550 5.1.1 nobody here' },
      { onData: () => '554 5.6.0 not like this' },
      { refuseLogin: '454 4.7.0 later' },
      { size: 10 },
    ];
    const codes = [];
    for (const refusal of refusals) {
      const { port } = await server(user, refusal);
      const error = await send(port).catch((thrown: { responseCode?: number }) => thrown);
      codes.push(error.responseCode);
    }
    expect(codes).toEqual([451, 550, 554, 454, 552]);
    expect(user.mailbox.inbox.messages).toEqual([]);
  });

  it('has a verdict for each recipient', async () => {
    const started = await server(userWith(), {
      onRcpt: (recipient) => (recipient.startsWith('bad') ? '452 4.2.2 full' : undefined),
    });
    const sent = await send(started.port, { to: ['good@x.example', 'bad@x.example'] });
    expect(sent.accepted).toEqual(['good@x.example']);
    expect(sent.rejectedErrors).toMatchObject([{ responseCode: 452, recipient: 'bad@x.example' }]);
  });

  it.each([
    ['close-stored', 1],
    ['close-lost', 0],
  ] as const)('%s: closes after the final dot', async (verdict, count) => {
    const user = userWith();
    const { port } = await server(user, { onData: () => verdict });
    await expect(send(port)).rejects.toThrow();
    expect(user.mailbox.inbox.messages).toHaveLength(count);
  });
});
