/** What servers say to a bulk fetch and should not. */

import {
  date,
  done,
  facts,
  first,
  firstLine,
  ok,
  second,
  secondLine,
  type Transcript,
} from './transcript-parts.ts';

export const brokenTranscripts: readonly Transcript[] = [
  {
    name: 'lines that nobody can read cost themselves alone',
    said: [
      '* 1 FETCH (UID 1 FLAGS (\\Seen BODY[] {3}\r\none',
      '* 1 FETCH NIL',
      '* 1 FETCH (UID 0 BODY[] {3}\r\none)',
      '* 1 FETCH (UID 1 BODY[] one)',
      '* 1 FETCH (UID 1 UID 2 BODY[] "x")',
      '* 1 FETCH (UID 1 BODY[] "x)',
      '* 1 FETCH (UID 1 BODY[] ("x"))',
      '* 1 FETCH (UID 1 FLAGS BODY[] "x")',
      '* 1 FETCH (UID 1 BODY[] {3}\r\nonetwo)',
      '* x FETCH (UID 1 BODY[] )',
      '* 1 FETCH (UID 1 BODY[] "x") x',
      '* 1 FETCH (UID 1 {3}\r\none)',
      secondLine + done,
    ].join('\r\n'),
    expected: {
      messages: [second],
      unreadable: [
        [1, 'its answer breaks off'],
        [null, 'its answer is no list'],
        [null, 'its UID is none'],
        [1, 'its octets are no string'],
        [1, 'it has two UIDs'],
        [1, 'a quoted string in its answer has no end'],
        [1, 'its BODY[] is a list'],
        [1, 'its FLAGS are no list'],
        [1, 'the length of its octets is wrong'],
        [1, 'a value is missing in its answer'],
        [1, 'its answer goes on behind its end'],
        [1, 'a literal stands where none belongs'],
      ],
      answers: [ok(1, 3)],
    },
  },
  {
    name: 'a length that is too small: the message is unreadable, its rest is no answer',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {3}\r\nSubject: x\r\n\r\nNo way.\r\nNO\r\nBye.\r\n)\r\n${secondLine}${done}`,
    expected: {
      messages: [second],
      unreadable: [[1, 'the length of its octets is wrong']],
      answers: [ok(1, 3)],
      news: '',
    },
  },
  {
    name: 'a length that is too large: what it swallows is gone with it',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {60}\r\none)\r\n${secondLine}* 3 FETCH (UID 3 FLAGS () ${date} BODY[] "three")\r\n${done}`,
    expected: {
      messages: [{ ...facts, uid: 3, octets: 'three' }],
      unreadable: [[1, 'the length of its octets is wrong']],
      answers: [ok(1, 2)],
    },
  },
  {
    name: 'news are given on as they are, braces at their end made harmless',
    said: `* 17 EXISTS\r\n* OK [ALERT] less {3}\r\n* NO FETCH (is slow)\r\n* 1 EXPUNGE\r\n* LIST () "/" {5}\r\nInbox\r\n${firstLine}A5 OK\r\n+ go on\r\n\r\n* FLAGS (\\Seen)\r\n${done}`,
    expected: {
      messages: [first],
      unreadable: [],
      news: '* 17 EXISTS\r\n* OK [ALERT] less {3} \r\n* NO FETCH (is slow)\r\n* 1 EXPUNGE\r\n* LIST () "/" {5}\r\nInbox\r\nA5 OK\r\n+ go on\r\n* FLAGS (\\Seen)\r\n',
    },
  },
  {
    name: 'lines that are no answers are told once',
    said: `garbage\r\nmore {4}\r\nof  it\r\n${firstLine}again\r\n${done}`,
    expected: {
      messages: [first],
      unreadable: [
        [null, 'a line of the server is no answer'],
        [null, 'a line of the server is no answer'],
      ],
      news: '',
    },
  },
  {
    name: 'refusals, with a tag and without',
    said: `${firstLine}P1 NO [unavailable] Try\tlater\r\nBAD [LIMIT 3] Too much\r\n`,
    asked: { windows: [[1, 2], [3]] },
    expected: {
      messages: [first],
      answers: [
        [[2], 'NO', 'UNAVAILABLE', 'Try?later'],
        [[3], 'BAD', 'LIMIT', 'Too much'],
      ],
      news: '',
    },
  },
  {
    name: 'answers of other kinds count as refusals',
    said: `P1\r\nP2 BYE so long\r\nP3 * what\r\n`,
    asked: { windows: [[1], [2], [3]] },
    expected: {
      answers: [
        [[1], 'BAD', '', ''],
        [[2], 'BAD', '', 'so long'],
        [[3], 'BAD', '', '* what'],
      ],
      news: 'BYE: so long\r\n',
    },
  },
  {
    name: 'answers out of order',
    said: `${secondLine}P2 OK done\r\n${firstLine}${done}`,
    asked: { windows: [[1], [2]] },
    expected: { messages: [second, first], answers: [ok(), ok()] },
  },
  {
    name: 'what comes behind the end goes back',
    said: `${firstLine}${done}* 18 EXISTS\r\n* 1 FETCH (UID 2 BODY[] {3}\r\nt`,
    expected: { messages: [first], rest: '* 18 EXISTS\r\n* 1 FETCH (UID 2 BODY[] {3}\r\nt' },
  },
  {
    name: 'zero octets in front',
    said: `\0\0* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {3}\r\none)\r\n\0${done}`,
    expected: { messages: [first], answers: [ok(2, 3)] },
  },
];
