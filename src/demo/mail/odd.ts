/** The demo's odd messages: what servers hold in truth, and what a careless client damages. */

import { compose, crlf } from './text.ts';
import type { DemoMessage } from './demo-message.ts';

/** Each with what is odd about it. */
const odd: readonly { what: string; raw: () => Buffer }[] = [
  { what: 'lines that start with dots', raw: dots },
  {
    what: 'the last line has no end',
    raw: () => compose(head('Unfinished'), 'I had to run for the tr'),
  },
  {
    what: 'a line of 20,000 octets',
    raw: () => compose(head('One long line'), `${'lang '.repeat(4_000)}\n`),
  },
  { what: 'octets of 8 bits in the header, no charset told', raw: rawHeader },
  {
    what: 'From_ at the start of a line',
    raw: () => compose(head('Mbox'), 'From here it looks easy.\n>From there, too.\nFrom \n'),
  },
  {
    what: 'a header without a body, not even the empty line',
    raw: () =>
      crlf('From: Ghost <ghost@attic.example>\nSubject: Boo\nMessage-ID: <boo@attic.example>\n'),
  },
  { what: 'a header and an empty body', raw: () => compose(head('Nothing to say'), '') },
  {
    what: 'no header at all',
    raw: () => crlf('Just a note that somebody put into the letterbox.\n\nNo name, no stamp.\n'),
  },
  { what: 'it begins with the empty line', raw: () => crlf('\nA body alone.\n') },
  {
    what: 'bare LF between its lines',
    raw: () =>
      Buffer.from(
        'From: Unix <cron@rack.example>\r\nSubject: Bare line feeds\r\nMessage-ID: <lf@rack.example>\r\n\r\nfirst\nsecond\n\nlast\r\n',
      ),
  },
  {
    what: 'bare CR within a line',
    raw: () =>
      Buffer.from(
        'From: Mac <mac@classic.example>\r\nSubject: Bare carriage returns\r\nMessage-ID: <cr@classic.example>\r\n\r\none\rtwo\r\r\nthree\r\n',
      ),
  },
  { what: 'a NUL octet', raw: () => compose(head('Nul'), 'before\0after\n') },
  { what: 'no octet at all', raw: () => Buffer.alloc(0) },
  {
    what: 'a Message-ID, used once',
    raw: () => compose({ ...head('Twins'), 'Message-ID': '<twin@odd.example>' }, 'The first.\n'),
  },
  {
    what: 'and used again for another message',
    raw: () =>
      compose(
        { ...head('Twins'), 'Message-ID': '<twin@odd.example>' },
        'The second, not the same.\n',
      ),
  },
];

export function oddMessages(): DemoMessage[] {
  const first = Date.parse('2024-03-13T06:00:00Z');
  return odd.map(({ raw }, index) => ({
    folder: 'INBOX',
    flags: [],
    internalDate: new Date(first + index * 1_800_000),
    raw: raw(),
  }));
}

function head(subject: string): Record<string, string> {
  return {
    From: 'Cabinet of Curiosities <post@odd.example>',
    To: 'Mara Lindner <mara@brunnen.example>',
    Subject: subject,
    'Message-ID': `<${subject.toLowerCase().replaceAll(' ', '-')}@odd.example>`,
  };
}

function dots(): Buffer {
  return compose(head('Dots'), '.\n..\n...and so on\n.hidden file\n.\nThe end, really.\n');
}

/** RFC 5322 forbids it, and it is sent all the same. */
function rawHeader(): Buffer {
  const text =
    'From: Frühstück <früh@odd.example>\nSubject: Grüße ohne Kodierung\nMessage-ID: <raw@odd.example>\n\nIn Köln.\n';
  return crlf(text, 'latin1');
}
