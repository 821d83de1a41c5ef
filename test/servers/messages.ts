/** Raw messages for tests: realistic ones from a seed, the same on every run, and odd ones that mail programs trip over. */

export type MessageKind = 'plain' | 'eight-bit' | 'html' | 'attachment' | 'reply' | 'spam';

export interface MessageOptions {
  /** Chosen by the seed unless given. */
  kind?: MessageKind;
  from?: string;
  to?: string;
  subject?: string;
  /** Octets of an attachment before base64, about 2,000 unless given. */
  attachmentSize?: number;
}

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;

function pick<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[Math.floor(random() * list.length)] ?? list[0];
}

const kinds = ['plain', 'plain', 'eight-bit', 'html', 'attachment', 'reply', 'spam'] as const;
const people = ['Anna Berg', 'José Ortega', 'Zoë Šimek', 'Tom Becker', 'Mai Nguyen'] as const;
const subjects = ['Invoice', 'Lunch on Friday', 'Minutes', 'Größe der Räume', 'Offer'] as const;
const words = [
  'order',
  'room',
  'delivery',
  'thanks',
  'meeting',
  'straße',
  'café',
  'tomorrow',
] as const;

const crlf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

/** An encoded word (RFC 2047) where the text needs one. */
function header(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

function prose(random: Random): string[] {
  const line = (): string =>
    Array.from({ length: 4 + Math.floor(random() * 8) }, () => pick(random, words)).join(' ');
  return Array.from({ length: 2 + Math.floor(random() * 12) }, line);
}

function base64Lines(octets: Buffer): string[] {
  return octets.toString('base64').match(/.{1,76}/g) ?? [];
}

function noise(random: Random, length: number): Buffer {
  const octets = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) octets[at] = Math.floor(random() * 256);
  return octets;
}

const textPart = (type: string): string[] => [
  `Content-Type: ${type}; charset=utf-8`,
  'Content-Transfer-Encoding: 8bit',
  '',
];

function multipart(random: Random, type: string, parts: readonly (readonly string[])[]): string[] {
  const boundary = `b_${random().toString(36).slice(2)}`;
  const framed = parts.flatMap((part) => [`--${boundary}`, ...part]);
  const head = `Content-Type: multipart/${type}; boundary="${boundary}"`;
  return [head, '', 'A message in several parts.', ...framed, `--${boundary}--`];
}

function content(kind: MessageKind, random: Random, attachmentSize: number): string[] {
  const text = prose(random);
  switch (kind) {
    case 'plain':
      return [
        'Content-Type: text/plain; charset=us-ascii',
        '',
        ...text.map((line) => line.replace(/[^ -~]/g, '?')),
      ];
    case 'eight-bit':
      return [...textPart('text/plain'), ...text];
    case 'reply':
      return [
        ...textPart('text/plain'),
        ...text,
        '',
        ...prose(random).map((line) => `> ${line}`),
        '-- ',
        'A.',
      ];
    case 'html':
    case 'spam': {
      const html = text.map((line) => `<p>${line}</p>`);
      return multipart(random, 'alternative', [
        [...textPart('text/plain'), ...text],
        [...textPart('text/html'), ...html],
      ]);
    }
    case 'attachment': {
      const name = header(`${pick(random, subjects)}.pdf`);
      const file = [
        `Content-Type: application/pdf; name="${name}"`,
        'Content-Transfer-Encoding: base64',
      ];
      const octets = base64Lines(noise(random, attachmentSize));
      const parts = [
        [...textPart('text/plain'), ...text],
        [...file, '', ...octets],
      ];
      return multipart(random, 'mixed', parts);
    }
  }
}

/** One message with CRLF line ends, in octets. */
export function makeMessage(seed: number, options: MessageOptions = {}): Buffer {
  const random = seeded(seed);
  const kind = options.kind ?? pick(random, kinds);
  const name = pick(random, people);
  const date = new Date(Date.UTC(2024, 0, 1) + Math.floor(random() * 365 * 24 * 3600) * 1000);
  const subject =
    options.subject ?? `${kind === 'reply' ? 'Re: ' : ''}${pick(random, subjects)} ${seed}`;
  const lines = [
    `Received: from mx.example.net (mx.example.net [192.0.2.${seed % 250}])`,
    `\tby mail.example.org with ESMTPS; ${date.toUTCString().replace('GMT', '+0000')}`,
    `From: ${header(name)} <${options.from ?? `sender${seed % 97}@example.net`}>`,
    `To: <${options.to ?? 'alice@example.org'}>`,
    `Subject: ${header(subject)}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${seed}.${Math.floor(random() * 1e9)}@example.net>`,
    'MIME-Version: 1.0',
    ...content(kind, random, options.attachmentSize ?? 2000),
  ];
  return Buffer.from(crlf(lines), 'utf8');
}

/** `count` different messages, the same for a seed on every run. */
export function corpus(count: number, seed = 1): Buffer[] {
  return Array.from({ length: count }, (_, at) => makeMessage(seed * 1_000_003 + at));
}

/** A message of exactly `size` octets (60 MB unless given), made in a moment. */
export function hugeMessage(size = 60_000_000): Buffer {
  const head = Buffer.from('From: <big@example.net>\r\nSubject: huge\r\n\r\n');
  const line = Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`);
  const raw = Buffer.alloc(size, line);
  head.copy(raw);
  // The fill has its own rhythm: end on a whole line whatever the size is.
  raw.write('x\r\n', size - 3);
  return raw;
}

const small = 'From: <odd@example.net>\r\nSubject: odd\r\n';

/** What RFC 5322 and RFC 5321 forbid and servers deliver all the same, by name. */
export function oddMessages(): Map<string, Buffer> {
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  return new Map([
    ['empty', Buffer.alloc(0)],
    ['one line end', latin1('\r\n')],
    ['headers alone', latin1(small)],
    ['body alone', latin1('\r\nno headers\r\n')],
    ['NUL', latin1(`${small}\r\nbefore\0after\r\n\0\0\r\n`)],
    ['bare LF', latin1(`${small}\r\none\ntwo\n\nthree\r\n`)],
    ['bare CR', latin1(`${small}\r\none\rtwo\r\r\nthree\r\n`)],
    [
      '8-bit headers',
      latin1('From: J\xf6rg <j\xf6@example.net>\r\nSubject: \xfcber\r\n\r\n\xe4\xff\r\n'),
    ],
    ['line of 100 KB', latin1(`${small}\r\n${'x'.repeat(100_000)}\r\nend\r\n`)],
    ['header line of 100 KB', latin1(`${small}X-Long: ${'y'.repeat(100_000)}\r\n\r\nend\r\n`)],
    ['last line without an end', latin1(`${small}\r\none\r\nthe end`)],
    ['dots', latin1(`${small}\r\n.\r\n..\r\n.dot\r\n...\r\nend\r\n.`)],
    [
      'From_ lines',
      latin1(`From a@b Mon Jan  1 00:00:00 2024\r\n${small}\r\nFrom here\r\n>From there\r\n`),
    ],
    ['looks like IMAP', latin1(`${small}\r\n)\r\nT1 OK done\r\n* 1 FETCH ({3}\r\n`)],
    ['looks like POP3', latin1(`${small}\r\n+OK\r\n-ERR no\r\n.\r\n+OK bye\r\n`)],
    [
      'all octets',
      Buffer.concat([
        latin1(`${small}\r\n`),
        Buffer.from(Array.from({ length: 255 }, (_, at) => at + 1)),
      ]),
    ],
  ]);
}
