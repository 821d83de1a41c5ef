import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.ts';
import type { SubmissionOptions } from '../../../src/ports/sending/message-codec.ts';
import { toCrlf } from '../../../src/wire/crlf.ts';
import { codec, madeId, submission } from './codec.ts';

function submit(text: string | Buffer, over: Partial<SubmissionOptions> = {}) {
  const raw = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return codec.submit(raw, submission(over));
}

const whole = 'Date: d\r\nFrom: a@x.example\r\nMessage-ID: <1@x>\r\n';

describe('what is missing', () => {
  it('is added at the end of the header', async () => {
    const { octets, messageId } = await submit('Subject: hi\n\nhello\n');
    expect(octets.toString()).toBe(
      'Subject: hi\r\n' +
        'Date: Thu, 29 Feb 2024 12:00:00 +0000\r\n' +
        'From: Mara Brunn <mara@brunnen.example>\r\n' +
        `Message-ID: ${madeId}\r\n` +
        '\r\nhello\r\n',
    );
    expect(messageId).toBe(madeId);
  });

  it('is not added to a whole message, of which nothing changes', async () => {
    const text = `${whole}X: \xfc =?x?=\r\n folded\r\n\r\n\xe4 body .\r\n.\r\nend`;
    const { octets, messageId } = await submit(text);
    expect(octets.toString('latin1')).toBe(text);
    expect(messageId).toBe('<1@x>');
  });

  it('a name with a line break cannot add a field', async () => {
    const sender = { name: 'Mara\r\nBcc: all@x.example', address: 'mara@brunnen.example' };
    const { octets } = await submit('Subject: x\n\n', { sender });
    expect(octets.toString()).not.toMatch(/^Bcc/m);
  });

  it('an empty Message-ID is replaced', async () => {
    const { octets } = await submit('Message-ID:\nSubject: x\n\nbody');
    expect(octets.toString().match(/^Message-ID:.*$/gim)).toEqual([`Message-ID: ${madeId}`]);
  });
});

describe('the shape of the input', () => {
  const added = /^Date: [^\r]+\r\nFrom: [^\r]+\r\nMessage-ID: [^\r]+\r\n/m;

  it.each([
    ['begins with an empty line', '\nbody\n', '\r\nbody\r\n'],
    ['has no header at all', 'just words\nmore\n', '\r\njust words\r\nmore\r\n'],
    ['has a header alone', 'Subject: x', 'Subject: x\r\n'],
    ['begins with a folded line', ' folded\n\nbody', '\r\n folded\r\n\r\nbody'],
    ['ends without a line end', 'Subject: x\n\nbody', 'Subject: x\r\n\r\nbody'],
    ['comes out of an mbox', 'From a@x Thu\nSubject: x\n\nbody', 'Subject: x\r\n\r\nbody'],
    ['mixes line ends', 'A: 1\r\nB: 2\n\nx\r\ny\n', 'A: 1\r\nB: 2\r\n\r\nx\r\ny\r\n'],
    ['goes over into text', 'A: 1\nno field\nx\n', 'A: 1\r\n\r\nno field\r\nx\r\n'],
  ])('%s', async (_name, raw, expected) => {
    const { octets } = await submit(raw);
    expect(octets.toString().replace(added, '')).toBe(expected);
  });

  it('empty: refused', async () => {
    await expect(submit('')).rejects.toThrow(/empty/);
  });

  it('a header without an end: refused', async () => {
    await expect(submit(`X: ${' y\n'.repeat(400_000)}`)).rejects.toThrow(/header/);
  });

  it('keeps the octets behind the blank line, whatever they are', async () => {
    const body = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets));
    await fc.assert(
      fc.asyncProperty(body, async (octets) => {
        const sent = await submit(Buffer.concat([Buffer.from(`${whole}\r\n`), octets]));
        const expected = toCrlf(Buffer.concat([Buffer.from(`${whole}\r\n`), octets]));
        expect(sent.octets.equals(expected)).toBe(true);
      }),
    );
  });

  it('with any lines before the body: nothing but Bcc goes, nothing but our three fields comes', async () => {
    const line = fc.oneof(
      fc.constantFrom('Subject: x', ' folded', '\tfolded', 'Bcc: h@x.example', 'To: a@x.example'),
      fc.string({ maxLength: 40 }).map((text) => `X-${text.replace(/[\r\n]/g, '')}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.string(), async (lines, body) => {
        const raw = Buffer.from([...lines, '', body].join('\n'));
        if (raw.length === 0) return;
        const { octets } = await submit(raw);
        const end = toCrlf(Buffer.from(`\n${body}`));
        expect(octets.subarray(octets.length - end.length).equals(end)).toBe(true);
      }),
    );
  });
});

describe('recipients', () => {
  it('come from the command line alone without -t; Bcc goes all the same', async () => {
    const sent = await submit(
      'To: a@x.example\nBcc: b@x.example,\n c@x.example\nX: y\n\nBcc: body\n',
    );
    expect(sent.recipients).toEqual(['eva@feld.example']);
    expect(sent.octets.toString()).not.toMatch(/b@x|c@x/);
    expect(sent.octets.toString()).toMatch(/X: y\r\n[^]*\r\n\r\nBcc: body\r\n$/);
  });

  it('with -t come from To, Cc and Bcc too, groups and comments understood, each once', async () => {
    const sent = await submit(
      'To: "Last, First" <a@x.example>, A@X.EXAMPLE, a@X.example (again)\n' +
        'cc: Friends: b@x.example, Bee <c@x.example>;,\n d@x.example\n' +
        'BCC: hidden@x.example\nTo: second@x.example\n\nbody',
      { recipientsFromHeader: true },
    );
    expect(sent.recipients).toEqual([
      ...['eva@feld.example', 'a@x.example', 'A@X.EXAMPLE'],
      ...['b@x.example', 'c@x.example', 'd@x.example', 'hidden@x.example', 'second@x.example'],
    ]);
  });

  it('of a resent message are the latest resender’s (RFC 5322 3.6.6)', async () => {
    const sent = await submit(
      'Resent-From: new@x.example\nResent-To: now@x.example\nResent-Bcc: quiet@x.example\n' +
        'Resent-From: old@x.example\nResent-To: then@x.example\n' +
        'From: first@x.example\nTo: a@x.example\n\n',
      { recipients: [], recipientsFromHeader: true },
    );
    expect(sent.recipients).toEqual(['now@x.example', 'quiet@x.example']);
    expect(sent.from).toBe('new@x.example');
    expect(sent.octets.toString()).not.toContain('quiet@x.example');
  });

  it.each([
    ['none', 'Subject: x\n\n', [], /no recipient/],
    ['a bare name', 'Subject: x\n\n', ['root'], /"root" is no mail address/],
    ['a line break', 'Subject: x\n\n', ['a@x\r\nDATA'], /no mail address/],
    ['an angle bracket', 'To: <a@x>b@y>\n\n', [], /no mail address|no recipient/],
  ])('%s: refused with 65', async (_name, text, recipients, message) => {
    const failure = await submit(text, { recipients, recipientsFromHeader: true }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DataError);
    expect(failure).toMatchObject({ exitStatus: 65, message: expect.stringMatching(message) });
  });

  it('in international domains go in ASCII', async () => {
    const sent = await submit('Subject: x\n\n', { recipients: ['jörg@müller.example'] });
    expect(sent.recipients).toEqual(['jörg@xn--mller-kva.example']);
  });
});

describe('the envelope’s sender', () => {
  it.each([
    ['-f', { from: 'f@x.example' }, 'From: a@x.example', 'f@x.example'],
    ['-f with brackets', { from: '<f@x.example>' }, 'From: a@x.example', 'f@x.example'],
    ['a bounce', { from: '<>' }, 'From: a@x.example', ''],
    ['From', {}, 'From: "A, B" <a@x.example>', 'a@x.example'],
    ['Sender', {}, 'From: a@x.example, b@x.example\nSender: s@x.example', 's@x.example'],
    ['a From that is none', {}, 'From: nobody', 'mara@brunnen.example'],
    ['nothing', {}, 'Subject: x', 'mara@brunnen.example'],
  ])('%s', async (_name, over, header, expected) => {
    expect((await submit(`${header}\n\n`, over)).from).toBe(expected);
  });
});

describe('the subject for lists', () => {
  it.each([
    ['plain', 'plain', 'plain'],
    ['folded', 'one\n two', 'one two'],
    ['encoded', '=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?UTF-8?B?IGFuIGFsbGU=?=', 'Grüße an alle'],
    ['cut in a character', '=?utf-8?B?w7w=?= =?utf-8?B?w7zD?= =?utf-8?B?vA==?=', 'üüü'],
    ['Latin-1 octets', 'Gr\xfc\xdfe', 'Grüße'],
    ['an unknown character set', '=?x-none?q?abc?=', '=?x-none?q?abc?='],
    ['an escape', '=?utf-8?q?=1B[2Jhidden?=', '?[2Jhidden'],
  ])('%s', async (_name, subject, expected) => {
    expect((await submit(`Subject: ${subject}\n\n`)).subject).toBe(expected);
  });
});

it('an independent parser finds what went in', async () => {
  const { octets } = await submit(
    'To: a@x.example\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nhello\n',
  );
  const parsed = await simpleParser(octets);
  expect(parsed.subject).toBe('Grüße');
  expect(parsed.from?.value).toEqual([{ name: 'Mara Brunn', address: 'mara@brunnen.example' }]);
  expect(parsed.text).toBe('hello\n');
});
