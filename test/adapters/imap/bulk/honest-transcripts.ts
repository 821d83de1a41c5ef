/** What servers say to a bulk fetch, as they should and as they do. */

import { crlf } from './transcript.ts';
import {
  date,
  done,
  facts,
  first,
  firstLine,
  line,
  ok,
  second,
  secondLine,
  type Transcript,
} from './transcript-parts.ts';

export const honestTranscripts: readonly Transcript[] = [
  {
    name: 'as it should be, in two windows',
    said: `${firstLine}P1 OK [X-LOTS 1 2] Fetch completed.\r\n${secondLine}P2 OK\r\n`,
    asked: { windows: [[1], [2]] },
    expected: {
      messages: [first, second],
      unreadable: [],
      answers: [
        [[], 'OK', 'X-LOTS', 'Fetch completed.'],
        [[], 'OK', '', ''],
      ],
      news: '',
      rest: '',
    },
  },
  {
    name: 'everything that is asked for',
    said:
      line(
        `FLAGS (\\Seen $Forwarded \\Recent Later) ${date} RFC822.SIZE 3 MODSEQ (9223372036854775807)`,
      ) + done,
    expected: {
      messages: [
        {
          ...first,
          flags: ['P', 'S'],
          keywords: ['Later'],
          size: 3,
          modSeq: '9223372036854775807',
        },
      ],
      answers: [ok(2, 3)],
    },
  },
  {
    name: 'items in another order, octets first',
    said: `* 1 FETCH (BODY[] {3}\r\none RFC822.SIZE 3 ${date} FLAGS (\\Seen) UID 1)\r\n${done}`,
    expected: { messages: [{ ...first, flags: ['S'], size: 3 }], unreadable: [] },
  },
  {
    name: 'another case, and blanks in plenty',
    said: `  *  1   fetch   (  Uid   1\tflags  (  \\SEEN \t \\answered )  internaldate   "17-jul-1996 02:44:25 -0700"  body[]   {3}\r\none  )  \r\np1 OK no\r\nP1 ok done\r\n`,
    expected: { messages: [{ ...first, flags: ['R', 'S'] }], unreadable: [], answers: [ok(2, 3)] },
  },
  {
    name: 'no blank where one belongs',
    said: `* 1 FETCH(UID 1 FLAGS() ${date} BODY[]{3}\r\none)\r\n${done}`,
    expected: { messages: [first], unreadable: [] },
  },
  {
    name: 'lines that end with LF alone',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {3}\none)\nP1 OK done\n`,
    expected: { messages: [first], answers: [ok(2, 3)] },
  },
  {
    name: 'literal8, and literals that wait for nobody',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] ~{3}\r\n\0\r\n)\r\n* 2 FETCH (UID 2 FLAGS () ${date} BODY[] {3+}\r\ntwo)\r\n${done}`,
    expected: { messages: [{ ...first, octets: '\0\r\n' }, second], unreadable: [] },
  },
  {
    name: 'a length with zeros in front',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {000000000000000000000000003}\r\none)\r\n${done}`,
    expected: { messages: [first] },
  },
  {
    name: 'a part that is the whole, and one that is not',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[]<0> {3}\r\none)\r\n* 2 FETCH (UID 2 FLAGS () ${date} BODY[]<3> {3}\r\ntwo)\r\n${done}`,
    expected: {
      messages: [first],
      unreadable: [[2, 'it gives another part than the whole']],
      answers: [ok(2, 3)],
    },
  },
  {
    name: 'the name as it was asked for',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY.PEEK[] {3}\r\none)\r\n${done}`,
    expected: { messages: [first] },
  },
  {
    name: 'quoted octets',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] "o\\"n\\\\e \xe4 {3}")\r\n${done}`,
    expected: { messages: [{ ...first, octets: 'o"n\\e \xe4 {3}' }] },
  },
  {
    name: 'nothing, in three ways',
    said: crlf([
      `* 1 FETCH (UID 1 FLAGS () ${date} RFC822.SIZE 7 BODY[] NIL)`,
      `* 2 FETCH (UID 2 FLAGS () ${date} BODY[] "")`,
      `* 3 FETCH (UID 3 FLAGS () ${date} RFC822.SIZE 1 BODY[] {0}`,
      ')',
      'P1 OK done',
    ]),
    expected: {
      messages: [],
      unreadable: [1, 2, 3].map((uid) => [uid, 'it answers with nothing']),
      answers: [ok(1, 2, 3)],
    },
  },
  {
    name: 'messages that are empty',
    said: crlf([
      `* 1 FETCH (UID 1 FLAGS () ${date} RFC822.SIZE 0 BODY[] NIL)`,
      `* 2 FETCH (UID 2 FLAGS () ${date} BODY[] {0}`,
      ' RFC822.SIZE 0)',
      'P1 OK done',
    ]),
    expected: {
      messages: [
        { ...first, octets: '', size: 0 },
        { ...second, octets: '', size: 0 },
      ],
      unreadable: [],
    },
  },
  {
    name: 'a message over several lines, facts first',
    said: `* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 ${date} RFC822.SIZE 3)\r\n* 1 FETCH (UID 1 BODY[] {3}\r\none)\r\n${done}`,
    expected: { messages: [{ ...first, flags: ['S'], size: 3 }], unreadable: [] },
  },
  {
    name: 'a message over several lines, octets first, news of others between',
    said: `* 1 FETCH (UID 1 BODY[] {3}\r\none)\r\n* 3 FETCH (UID 3 FLAGS (\\Deleted))\r\n* 1 FETCH (UID 1 ${date} FLAGS (\\Seen))\r\n${secondLine}${done}`,
    expected: { messages: [{ ...first, flags: ['S'] }, second], unreadable: [], answers: [ok(3)] },
  },
  {
    name: 'a message that nothing is told of',
    said: `* 1 FETCH (UID 1 BODY[] {3}\r\none)\r\n${secondLine}${done}`,
    expected: { messages: [{ ...first, internalDate: null }, second] },
  },
  {
    name: 'flags that change before the octets come, and after',
    said: `* 1 FETCH (UID 1 FLAGS ())\r\n* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (8))\r\n* 1 FETCH (UID 1 ${date} BODY[] {3}\r\none)\r\n* 1 FETCH (UID 1 FLAGS (\\Flagged))\r\n${done}`,
    expected: { messages: [{ ...first, flags: ['S'], modSeq: '8' }] },
  },
  {
    name: 'a message twice: the first counts',
    said: `${firstLine}* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {3}\r\nONE)\r\n${done}`,
    expected: { messages: [first], unreadable: [], answers: [ok(2, 3)] },
  },
  {
    name: 'octets twice in one line: neither is believed',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {3}\r\none BODY[] {3}\r\nONE BODY[] "x")\r\n${done}`,
    expected: { messages: [], unreadable: [[1, 'it gives its octets twice']] },
  },
  {
    name: 'messages that nobody asked for',
    said: `* 9 FETCH (UID 9 FLAGS () ${date} BODY[] {3}\r\nxxx)\r\n* 8 FETCH (FLAGS (\\Seen))\r\n* 9 FETCH (BODY[] {3}\r\nxxx UID 9)\r\n${firstLine}${done}`,
    expected: { messages: [first], unreadable: [] },
  },
  {
    name: 'no UID, where several may be meant and where only one is',
    said: `* 1 FETCH (FLAGS () ${date} BODY[] {3}\r\none)\r\nP1 OK done\r\n* 2 FETCH (FLAGS () ${date} BODY[] {3}\r\ntwo)\r\nP2 OK done\r\n`,
    asked: { windows: [[1, 3], [2]] },
    expected: {
      messages: [second],
      unreadable: [[null, 'it does not say which message it is']],
      answers: [ok(1, 3), ok()],
    },
  },
  {
    name: 'keywords that are no atoms',
    said: line(`FLAGS (\\Seen "two words" {5}\r\nA B C x(y) $a]b gr\xc3\xbcn) ${date}`) + done,
    expected: {
      messages: [
        {
          ...first,
          flags: ['S'],
          keywords: ['$a]b', 'A B C', 'grün', 'two words', 'x', 'y'],
        },
      ],
      unreadable: [],
    },
  },
  {
    name: 'no list of flags',
    said: line(`FLAGS NIL ${date}`) + done,
    expected: { messages: [first] },
  },
  {
    name: 'items that are not known',
    said:
      line(
        `X-GM-LABELS (\\Inbox "a (b" {4}\r\n) x() ENVELOPE (("a" NIL) () {2}\r\n)) "\\")") BODY[HEADER.FIELDS (FROM "T[]O")] {5}\r\nFr) x BODY (1 (2)) PREVIEW NIL EMAILID (M6d99) FLAGS () ${date}`,
      ) + done,
    expected: { messages: [first], unreadable: [] },
  },
  {
    name: 'dates that are none',
    said: crlf([
      `* 1 FETCH (UID 1 FLAGS () INTERNALDATE "yesterday" BODY[] "one")`,
      `* 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL RFC822.SIZE many BODY[] "two")`,
      `* 3 FETCH (UID 3 FLAGS () INTERNALDATE {26}`,
      `17-Jul-1996 02:44:25 -0700 MODSEQ 5 BODY[] "thr")`,
      'P1 OK done',
    ]),
    expected: {
      messages: [
        { ...first, internalDate: null },
        { ...second, internalDate: null },
        { ...facts, uid: 3, octets: 'thr', modSeq: '5' },
      ],
      unreadable: [],
    },
  },
];
