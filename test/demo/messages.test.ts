import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { demoMessages, pop3Messages } from '../../src/demo/mail/messages.ts';
import { startDemoServers } from '../../src/demo/servers.ts';
import { imapClient } from './clients.ts';

describe('the demo mail', () => {
  const messages = demoMessages();

  it('is the same on every call', () => {
    expect(demoMessages()).toEqual(messages);
    expect(messages.length).toBeGreaterThanOrEqual(40);
    expect(pop3Messages().length).toBeGreaterThanOrEqual(12);
  });

  it('holds what mailboxes hold', () => {
    const holds = (test: (raw: Buffer) => boolean) => messages.some(({ raw }) => test(raw));
    expect(holds((raw) => raw.length === 0)).toBe(true);
    expect(holds((raw) => raw.includes(0))).toBe(true);
    expect(holds((raw) => /[^\r]\n/.test(raw.toString('latin1')))).toBe(true);
    expect(holds((raw) => raw.length > 0 && raw.at(-1) !== 0x0a)).toBe(true);
    expect(holds((raw) => /\r\n\.\r\n/.test(raw.toString('latin1')))).toBe(true);
    expect(holds((raw) => /\r\nFrom /.test(raw.toString('latin1')))).toBe(true);
    expect(messages.filter(({ raw }) => raw.includes('<twin@odd.example>'))).toHaveLength(2);
  });

  it('can be read: texts, attachments, inline pictures', async () => {
    const parsed = await Promise.all(messages.map(({ raw }) => simpleParser(raw)));
    const subjects = parsed.map(({ subject }) => subject);
    for (const subject of ['Äpfel für die Nachbarn', 'Die Bänke', 'Konzert ♫ am Freitagabend']) {
      expect(subjects).toContain(subject);
    }
    const bySubject = (subject: string) => parsed.find((mail) => mail.subject === subject);
    expect(bySubject('Äpfel für die Nachbarn')?.text).toContain(
      'große. Hol sie dir, bevor sie mürbe',
    );
    expect(bySubject('Rechnung 2024-0317')?.text).toContain(
      'Bremsbeläge, Schlauch) berechnen wir 74,50 €',
    );
    expect(bySubject('Rechnung 88')?.attachments[0]?.filename).toBe('Rechnung-88.pdf');
    expect(bySubject('Die Bänke')?.attachments[0]?.filename).toBe('Bänke.png');
    expect(bySubject('A postcard')?.html).toContain('data:image/png;base64,');
  });
});

describe('the three servers', () => {
  it('start on free ports, twice beside each other, and stop with clients connected', async () => {
    const [one, other] = await Promise.all([startDemoServers(), startDemoServers()]);
    const ports = [one, other].flatMap((each) => [each.imapPort, each.pop3Port, each.smtpPort]);
    expect(new Set(ports).size).toBe(6);
    const [user] = one.users;
    if (user === undefined) throw new Error('no user');
    const client = await imapClient(one.imapPort, user);
    const closed = new Promise((resolve) => client.on('close', () => resolve('closed')));
    await Promise.all([one.stop(), other.stop()]);
    expect(await closed).toBe('closed');
    await one.stop();
  });
});
