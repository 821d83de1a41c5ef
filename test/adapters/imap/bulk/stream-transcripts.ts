/** Large messages, and what is told of them in front of their octets and behind. */

import {
  date,
  done,
  facts,
  first,
  ok,
  second,
  secondLine,
  type Transcript,
} from './transcript-parts.ts';

export const streamTranscripts: readonly Transcript[] = [
  {
    name: 'large messages are streams',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {6}\r\nstream)\r\n* 2 FETCH (UID 2 FLAGS () ${date} BODY[] {6}\r\nstream RFC822.SIZE 1)\r\n${done}`,
    asked: { wholeOctets: 5 },
    expected: {
      messages: [
        { ...first, octets: 'stream' },
        { ...second, octets: 'stream' },
      ],
      answers: [ok(3)],
    },
  },
  {
    name: 'a stream whose line does not end well is cut',
    said: `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {6}\r\nstreams and more\r\n${secondLine}${done}`,
    asked: { wholeOctets: 5 },
    expected: {
      messages: [
        {
          ...first,
          octets: 'cut: the server does not give the message: the length of its octets is wrong',
        },
        second,
      ],
    },
  },
  {
    name: 'what is told behind the octets: held up to a limit, and above it only of one that is asked for alone',
    said: `* 1 FETCH (UID 1 BODY[] {6}\r\nstream FLAGS (\\Seen) ${date})\r\n* 2 FETCH (UID 2 BODY[] {11}\r\nlong stream FLAGS (\\Seen) ${date})\r\n${done}* 3 FETCH (BODY[] {11}\r\nlong stream UID 3)\r\nP2 OK done\r\n`,
    asked: { windows: [[1, 2], [3]], wholeOctets: 5, heldOctets: 10 },
    expected: {
      messages: [
        { ...first, flags: ['S'], octets: 'stream' },
        { ...facts, uid: 3, internalDate: null, octets: 'long stream' },
      ],
      unreadable: [[2, 'it is too large for what is told of it behind its octets']],
      answers: [ok(2), ok()],
    },
  },
  {
    name: 'a stream that turns out to be another message is cut',
    said: `* 1 FETCH (BODY[] {11}\r\nlong stream UID 9)\r\n${done}`,
    asked: { windows: [[1]], wholeOctets: 5, heldOctets: 10 },
    expected: {
      messages: [
        {
          ...facts,
          uid: 1,
          internalDate: null,
          octets: 'cut: the server does not give the message: it gives another one in its place',
        },
      ],
    },
  },
  {
    name: 'facts in a command of their own, in front',
    said: `* 1 FETCH (UID 1 FLAGS (\\Seen) ${date} RFC822.SIZE 11)\r\nP0 OK facts\r\n* 1 FETCH (BODY[] {11}\r\nlong stream UID 1)\r\n${done}`,
    asked: { windows: [[1]], factsFirst: true, wholeOctets: 5, heldOctets: 10 },
    expected: {
      messages: [{ ...first, flags: ['S'], size: 11, octets: 'long stream' }],
      answers: [ok()],
    },
  },
  {
    name: 'without flags nothing waits for them',
    said: `* 1 FETCH (UID 1 ${date} BODY[] {6}\r\nstream)\r\n${done}`,
    asked: { wholeOctets: 5, withFlags: false },
    expected: { messages: [{ ...first, octets: 'stream' }] },
  },
];
