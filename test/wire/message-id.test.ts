/** Where the Message-ID of a message is found, and where there is none. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestHeader, messageIdHash } from '../../src/wire/message-id.ts';

function hashed(id: string | null): string | null {
  if (id === null) return null;
  return createHash('sha256').update(Buffer.from(id, 'latin1')).digest('hex').slice(0, 16);
}

const cases: [title: string, header: string, id: string | null][] = [
  ['alone', 'Message-ID: <a@b>\n\n', '<a@b>'],
  ['in odd case', 'Subject: x\nMESSAGE-id:<a@b>\n\n', '<a@b>'],
  ['folded', 'Message-ID:\n <a@b>\nX: y\n\n', '<a@b>'],
  ['folded twice, with a tab', 'Message-ID: \n \n\t<a@b>\n\n', '<a@b>'],
  ['with blanks before the colon', 'Message-ID \t: <a@b>\n\n', '<a@b>'],
  ['with a comment', 'Message-ID: (mine) <a@b> (yours)\n\n', '<a@b>'],
  ['without angle brackets', 'Message-ID:  abc \n\n', 'abc'],
  ['of 8-bit letters', 'Message-ID: <\xe4@b>\n\n', '<\xe4@b>'],
  ['that comes first', 'Message-ID: <a@b>\nMessage-ID: <c@d>\n\n', '<a@b>'],
  ['at the end of a message without a body', 'Subject: x\nMessage-ID: <a@b>', '<a@b>'],
  ['that is empty', 'Message-ID: \nSubject: x\n\n', null],
  ['that is missing', 'Subject: x\n\n', null],
  ['of the body alone', 'Subject: x\n\nMessage-ID: <a@b>\n', null],
  ['behind an empty header', '\nMessage-ID: <a@b>\n', null],
  ['within another field', 'X-Message-ID: <a@b>\nReferences: Message-ID: <a@b>\n\n', null],
  ['behind a CR alone', 'Subject: x\rMessage-ID: <a@b>\n\n', null],
  ['of a message without octets', '', null],
];

describe('the hash of a Message-ID', () => {
  it.each(cases)('%s', (_, header, id) => {
    const octets = Buffer.from(header, 'latin1');
    expect(messageIdHash(octets)).toBe(hashed(id));
    const wire = Buffer.from(header.replaceAll('\n', '\r\n'), 'latin1');
    expect(messageIdHash(wire)).toBe(hashed(id));
  });

  it('is found behind much else, and not looked for without end', () => {
    const line = `X-Other: ${'x'.repeat(70)}\n`;
    const after = (octets: number): Buffer =>
      Buffer.from(`${line.repeat(Math.ceil(octets / line.length))}Message-ID: <a@b>\n\nbody`);
    expect(messageIdHash(after(20_000))).toBe(hashed('<a@b>'));
    expect(messageIdHash(after(longestHeader))).toBeNull();
  });

  it('does not hang on the body, nor on how the header is written', () => {
    const piece = fc.constantFrom('message-id', ':', ' ', '\t', '\n', '\r\n', '\r', '<', '>', 'a');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const header = /^([^]*?)(?:(?:^|\n)\r?\n|$(?![^]))/.exec(text)?.[1] ?? text;
        const found = messageIdHash(Buffer.from(text));
        expect(messageIdHash(Buffer.from(header))).toBe(found);
        expect(messageIdHash(Buffer.from(`${header}\n\nMessage-ID: <z@z>`))).toBe(found);
      }),
    );
  });
});
