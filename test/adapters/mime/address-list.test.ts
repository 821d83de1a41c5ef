import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHeaderMailboxes, parseMailboxes } from '../../../src/adapters/mime/addresses.ts';
import { DataError } from '../../../src/errors.ts';
import { codec, draft, submission } from './codec.ts';

const addresses = (text: string): string[] => parseMailboxes(text).map(({ address }) => address);

describe('a list of addresses', () => {
  it.each<[string, string[]]>([
    ['a@x.example, B <b@x.example>', ['a@x.example', 'b@x.example']],
    ['a@x.example;b@x.example', ['a@x.example', 'b@x.example']],
    [',a@x.example,, ,', ['a@x.example']],
    ['', []],
    ['undisclosed-recipients:;', []],
    ['Undisclosed recipients: ;', []],
    [
      'Team: a@x.example, B <b@x.example>; c@x.example',
      ['a@x.example', 'b@x.example', 'c@x.example'],
    ],
    ['"The, Team": a@x.example;, Others:b@x.example', ['a@x.example', 'b@x.example']],
    ['a@x.example (Anna (B.))', ['a@x.example']],
    ['(first (of (all))) a@x.example (x, y), b@x.example', ['a@x.example', 'b@x.example']],
    ['a@x.example (a paren \\) and (one) more)', ['a@x.example']],
    ['Anna (B., (C;)) <a@x.example> (last)', ['a@x.example']],
    ['<a@x.example (work)>', ['a@x.example']],
    ['"Feld, Eva" <a@x.example>, "b c"@x.example', ['a@x.example', '"b c"@x.example']],
    ['"a>b"@x.example, <"a>b"@x.example>', []],
    ['a@[IPv6:::1], b@[127.0.0.1]', ['a@[IPv6:::1]', 'b@[127.0.0.1]']],
    ['Anna [Ext] <a@x.example>', ['a@x.example']],
  ])('%j', (text, expected) => {
    if (expected.length === 0 && text.includes('@'))
      expect(() => addresses(text)).toThrow(DataError);
    else expect(addresses(text)).toEqual(expected);
  });

  it.each([
    ['ben, Anna <a@x.example>', 'ben'],
    ['Ben, Anna <a@x.example>', 'Ben'],
    ['ben; carl; Anna <a@x.example>', 'ben'],
    ['Anna <a@x.example>, ben', 'ben'],
    ['a@x.example, "ben"', '\\"ben\\"'.replaceAll('\\', '')],
    ['Team: ben, a@x.example;', 'ben'],
    ['Anna <a@x.example> ben', 'Anna <a@x.example> ben'],
    ['a@x.example b@x.example', 'a@x.example b@x.example'],
    ['<a@x.example> <b@x.example>', '<a@x.example> <b@x.example>'],
    ['a@x.example, (b@x.example', '(b@x.example'],
    ['"Anna <a@x.example>', '"Anna <a@x.example>'],
    ['<ben a@x.example>', '<ben a@x.example>'],
    ['a@x.example:b@x.example', 'a@x.example:b@x.example'],
    ['a) <a@x.example>', 'a) <a@x.example>'],
  ])('%j is refused, and the piece is named', (text, piece) => {
    expect(() => addresses(text)).toThrow(`"${piece}" is no mail address`);
  });

  it('never loses a piece: as many as were written, or none at all', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const comment = fc.constantFrom('', '', ' (x)', ' (x (y), z)', ' (\\))');
    const good = fc
      .tuple(fc.constantFrom('', 'Anna', '"B, C"', 'D (e)'), word, comment)
      .map(([name, local, more]) =>
        name === '' ? `${local}@x.example${more}` : `${name} <${local}@x.example>${more}`,
      );
    fc.assert(
      fc.property(
        fc.array(good, { minLength: 1, maxLength: 6 }),
        word,
        fc.nat(),
        (list, bad, at) => {
          expect(addresses(list.join(', '))).toHaveLength(list.length);
          const spoilt = list.toSpliced(at % (list.length + 1), 0, bad);
          expect(() => addresses(spoilt.join(', '))).toThrow(`"${bad}" is no mail address`);
        },
      ),
    );
  });

  it('takes any text without more than a DataError, in time', () => {
    const signs = fc.constantFrom(
      '"',
      '(',
      ')',
      '<',
      '>',
      ',',
      ';',
      ':',
      '@',
      '[',
      ']',
      '\\',
      ' ',
      'a',
    );
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 40 }), (list) => {
        try {
          addresses(list.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
    expect(() => addresses('(<"'.repeat(30_000))).toThrow(DataError);
  });
});

describe('the header of a finished message', () => {
  it('has a surname and a name with one address, but no local user', () => {
    expect(parseHeaderMailboxes('Feld, Eva <a@x.example>, b@x.example')).toHaveLength(2);
    for (const text of [
      'root, Eva <a@x.example>',
      'Ben, Carl, Eva <a@x.example>',
      'Feld, a@x.example',
    ])
      expect(() => parseHeaderMailboxes(text)).toThrow(DataError);
  });

  it.each(['To', 'Cc', 'Bcc'])(
    '%s with a piece that is no address is refused by -t',
    async (field) => {
      const raw = Buffer.from(`To: c@x.example\n${field}: ben, Anna <a@x.example>\n\nbody\n`);
      const asked = codec.submit(raw, submission({ recipients: [], recipientsFromHeader: true }));
      await expect(asked).rejects.toThrow('"ben" is no mail address');
    },
  );

  it('an argument with such a piece is refused', async () => {
    const recipients = ['ben, Anna <a@x.example>'];
    const asked = codec.submit(Buffer.from('Subject: x\n\n'), submission({ recipients }));
    await expect(asked).rejects.toThrow('"ben" is no mail address');
  });
});

it.each(['to', 'cc', 'bcc'] as const)('a draft with such a piece in %s is refused', async (key) => {
  const asked = codec.compose(draft({ [key]: ['ben, Anna <a@x.example>'] }));
  await expect(asked).rejects.toThrow('"ben" is no mail address');
});

it('a draft with such a Reply-To is refused', async () => {
  const asked = codec.compose(draft({ replyTo: 'ben, Anna <a@x.example>' }));
  await expect(asked).rejects.toThrow('"ben" is no mail address');
});

describe('a field that is there without a value', () => {
  it.each([
    ['From', /^From: Mara Brunn <mara@brunnen\.example>\r$/gm],
    ['Date', /^Date: Thu, 29 Feb 2024 12:00:00 \+0000\r$/gm],
  ])('%s is filled in, once', async (field, expected) => {
    for (const empty of [`${field}:\n`, `${field}: \n \n`, `${field}:\n${field}:\n`]) {
      const { octets } = await codec.submit(
        Buffer.from(`${empty}Subject: x\n\nbody\n`),
        submission(),
      );
      expect(octets.toString().match(new RegExp(`^${field}:`, 'gm'))).toHaveLength(1);
      expect(octets.toString().match(expected)).toHaveLength(1);
    }
  });

  it.each([
    ['Mara Brunn', 'Mara Brunn'],
    ['Brunn, Mara "M."', '"Brunn, Mara \\"M.\\""'],
    ['Mara Großbrunnenfelder-Überlinger-Öhringen', null],
  ])('From with the name %j can be read again', async (name, written) => {
    const sender = { name, address: 'mara@brunnen.example' };
    const { octets } = await codec.submit(Buffer.from('Subject: x\n\n'), submission({ sender }));
    const { simpleParser } = await import('mailparser');
    expect((await simpleParser(octets)).from?.value).toEqual([{ name, address: sender.address }]);
    if (written !== null) expect(octets.toString()).toContain(`From: ${written} <`);
    expect(
      octets
        .toString()
        .split('\r\n')
        .every((line) => line.length < 99),
    ).toBe(true);
  });
});
