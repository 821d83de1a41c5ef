/** The demo's messages with something in them: a PDF, a picture, a picture within HTML, a forwarded message. */

import { pdf, png } from './files.ts';
import { base64, compose, multipart, word } from './text.ts';
import type { Fields } from './text.ts';
import type { DemoMessage } from './demo-message.ts';

const plain: Fields = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Content-Transfer-Encoding': '8bit',
};

export function attachmentMessages(): DemoMessage[] {
  return [invoice(), photo(), postcard(), forwarded()];
}

function message(
  date: string,
  from: string,
  subject: string,
  type: string,
  body: string,
): DemoMessage {
  const internalDate = new Date(date);
  const fields = {
    From: from,
    To: 'Mara Lindner <mara@brunnen.example>',
    Subject: subject,
    Date: internalDate.toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<${date.replaceAll(/\D/g, '')}.parts@brunnen.example>`,
    'MIME-Version': '1.0',
    'Content-Type': `${type}; boundary="=_parts"`,
  };
  return { folder: 'INBOX', flags: [], internalDate, raw: compose(fields, multipartBody(body)) };
}

function multipartBody(body: string): string {
  return `This is a message in several parts.\n${body}`;
}

function file(
  type: string,
  name: string,
  octets: Buffer,
  extra: Fields = {},
): readonly [Fields, string] {
  const fields = {
    'Content-Type': `${type}; name="${name}"`,
    'Content-Transfer-Encoding': 'base64',
    'Content-Disposition': `attachment; filename="${name}"`,
    ...extra,
  };
  return [fields, base64(octets)];
}

function invoice(): DemoMessage {
  const page = pdf([
    'Honigkontor Brunnen',
    '',
    '3 jars of lime honey   19.50',
    '1 beeswax candle        7.00',
    '',
    'Total EUR              26.50',
  ]);
  const body = multipart('=_parts', [
    [
      plain,
      'Liebe Frau Lindner,\n\nanbei die Rechnung. Der Lindenhonig ist dieses Jahr besonders hell.\n',
    ],
    file('application/pdf', 'Rechnung-88.pdf', page),
  ]);
  return message(
    '2024-03-03T12:00:00Z',
    'Honigkontor <imker@honig.example>',
    'Rechnung 88',
    'multipart/mixed',
    body,
  );
}

function photo(): DemoMessage {
  const name: Fields = { 'Content-Disposition': "attachment; filename*=UTF-8''B%C3%A4nke.png" };
  const body = multipart('=_parts', [
    [plain, 'So sehen sie jetzt aus, frisch geölt.\n\nJürgen\n'],
    file('image/png', 'image.png', png(48), name),
  ]);
  return message(
    '2024-03-06T16:20:00Z',
    `${word('Jürgen Groß')} <juergen@tischlerei.example>`,
    word('Die Bänke'),
    'multipart/mixed',
    body,
  );
}

function postcard(): DemoMessage {
  const html =
    '<html><body><p>Greetings from the lighthouse!</p>\n<img src="cid:sea@postcard" alt="the sea"></body></html>\n';
  const related = multipart('=_inner', [
    [{ 'Content-Type': 'text/html; charset=utf-8' }, html],
    file('image/png', 'sea.png', png(24), {
      'Content-ID': '<sea@postcard>',
      'Content-Disposition': 'inline; filename="sea.png"',
    }),
  ]);
  const body = multipart('=_parts', [
    [plain, 'Greetings from the lighthouse!\n'],
    [{ 'Content-Type': 'multipart/related; boundary="=_inner"' }, related],
  ]);
  return message(
    '2024-03-09T19:00:00Z',
    'Ada Brink <ada@leuchtturm.example>',
    'A postcard',
    'multipart/alternative',
    body,
  );
}

function forwarded(): DemoMessage {
  const inner = compose(
    {
      From: 'Museum <info@museum.example>',
      Subject: 'Late opening',
      Date: 'Fri, 08 Mar 2024 10:00:00 +0000',
    },
    'On the 22nd we stay open until midnight. Bring a torch.\n',
  );
  const body = multipart('=_parts', [
    [plain, 'Kommst du mit?\n'],
    [{ 'Content-Type': 'message/rfc822' }, inner.toString().replaceAll('\r\n', '\n')],
  ]);
  return message(
    '2024-03-10T08:45:00Z',
    'Jonas Weber <jonas@brunnen.example>',
    'Fwd: Late opening',
    'multipart/mixed',
    body,
  );
}
