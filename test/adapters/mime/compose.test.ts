import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.ts';
import { codec, draft, madeId } from './codec.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-mime-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a composed message', () => {
  it('has what the draft says, and Bcc in the envelope alone', async () => {
    const composed = await codec.compose(
      draft({
        organization: 'Brünnen & Co',
        replyTo: 'Office <office@brunnen.example>',
        to: ['"Feld, Eva" <eva@feld.example>, ida@feld.example'],
        cc: ['Uwe@feld.example'],
        bcc: ['quiet@feld.example', 'EVA@FELD.example', 'eva@FELD.example'],
        subject: 'Grüße 😀',
        text: 'Äpfel\n.\nFrom here\n',
      }),
    );
    expect(composed.recipients).toEqual([
      ...['eva@feld.example', 'ida@feld.example', 'Uwe@feld.example'],
      ...['quiet@feld.example', 'EVA@FELD.example'],
    ]);
    expect(composed).toMatchObject({ from: 'mara@brunnen.example', messageId: madeId });
    expect(composed.octets.toString()).not.toMatch(/quiet|Bcc/i);
    const parsed = await simpleParser(composed.octets);
    expect(parsed).toMatchObject({
      subject: 'Grüße 😀',
      messageId: madeId,
      date: new Date(Date.UTC(2024, 1, 29, 12)),
      text: 'Äpfel\n.\nFrom here\n',
    });
    expect(parsed.from?.text).toBe('"Mara Brunn" <mara@brunnen.example>');
    expect(parsed.replyTo?.text).toBe('"Office" <office@brunnen.example>');
    expect(composed.octets.toString()).toMatch(
      /^Organization: =\?UTF-8\?Q\?Br=C3=BCnnen_=26_Co\?=\r$/m,
    );
  });

  it('has CRLF at each line’s end, and no long line', async () => {
    const text = `${'x'.repeat(5000)}\nä\rö\r\nend`;
    const { octets } = await codec.compose(draft({ text }));
    expect(octets.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(
      Math.max(
        ...octets
          .toString()
          .split('\r\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThan(998);
  });

  it('may have no text, with and without an attachment', async () => {
    const path = join(folder, 'alone.txt');
    writeFileSync(path, 'alone');
    const alone = (await codec.compose(draft({ text: '' }))).octets.toString();
    expect(alone).toMatch(/^Content-Type: text\/plain/m);
    expect(alone).toMatch(/\r\n\r\n\s*$/);
    const attachments = [{ path, filename: 'alone.txt' }];
    const { octets } = await codec.compose(draft({ text: '', attachments }));
    const parsed = await simpleParser(octets);
    expect(parsed.attachments.map(({ content }) => content.toString())).toEqual(['alone']);
  });

  it('carries attachments octet by octet', async () => {
    const path = join(folder, 'grün "1".bin');
    const content = Buffer.from(Array.from({ length: 1000 }, (_each, at) => at % 256));
    writeFileSync(path, content);
    const { octets } = await codec.compose(
      draft({ attachments: [{ path, filename: 'grün "1".bin' }] }),
    );
    const [attachment] = (await simpleParser(octets)).attachments;
    expect(attachment?.filename).toBe('grün "1".bin');
    expect(attachment?.content.equals(content)).toBe(true);
  });

  it('takes international domains in ASCII', async () => {
    const { recipients, octets } = await codec.compose(draft({ to: ['Jö <j@müller.example>'] }));
    expect(recipients).toEqual(['j@xn--mller-kva.example']);
    expect(octets.toString()).toContain('<j@xn--mller-kva.example>');
  });

  it.each([
    ['"a b"@x.example', '"a b"@x.example'],
    ['a@x.example (A comment, with a comma)', 'a@x.example'],
    ['x@y.example <a@x.example>', 'a@x.example'],
    ['A < a@x.example >', 'a@x.example'],
    ['My friends: a@x.example;', 'a@x.example'],
    ['"Feld, \\"Eva\\"" <a@x.example>', 'a@x.example'],
    ['<@relay.example:a@x.example>', 'a@x.example'],
    ['a@[IPv6:::1]', 'a@[IPv6:::1]'],
    ['a@[127.0.0.1]', 'a@[127.0.0.1]'],
  ])('understands %s', async (typed, address) => {
    expect((await codec.compose(draft({ to: [typed] }))).recipients).toEqual([address]);
  });

  it('gets no field by a line break in what people type', async () => {
    const any = fc.string().map((text) => `${text}\r\nX-Evil: 1\n\rX-Evil: 2${text}`);
    await fc.assert(
      fc.asyncProperty(any, async (evil) => {
        const { octets } = await codec.compose(
          draft({
            from: { name: evil, address: 'mara@brunnen.example' },
            organization: evil,
            subject: evil,
          }),
        );
        const header = octets.toString('latin1').split('\r\n\r\n')[0] ?? '';
        expect(header).not.toMatch(/^X-Evil/m);
      }),
    );
  });
});

describe('bad input: 65', () => {
  it.each([
    ['a bare name', { to: ['eva'] }, /"eva" is no mail address/],
    ['a broken one among good ones', { cc: ['a@x.example, b@@x, c@x.example'] }, /"b@@x"/],
    ['a line break', { to: ['a@x.example\nBcc: b@x.example'] }, /no mail address/],
    ['two without a comma', { to: ['a@x.example b@x.example'] }, /no mail address/],
    ['two in brackets without a comma', { to: ['A <a@x.example> B <b@x.example>'] }, /no mail/],
    ['a space in it', { to: ['<a b@x.example>'] }, /no mail address/],
    ['a reply-to that is none', { replyTo: 'nobody' }, /nobody/],
    ['no recipient', { to: [] }, /no recipient/],
    [
      'an attachment that is missing',
      { attachments: [{ path: '/no/such', filename: 'x' }] },
      /\/no\/such/,
    ],
    ['an attachment that is a folder', { attachments: [{ path: '/', filename: 'x' }] }, /EISDIR/],
  ])('%s', async (_name, over, message) => {
    const failure = await codec.compose(draft(over)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DataError);
    expect((failure as DataError).message).toMatch(message);
  });
});
