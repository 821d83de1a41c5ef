/** An SMTP server as a process of its own: takes every message, keeps none, and says how many there were. */
import { createServer } from 'node:net';

let count = 0;

const extensions = ['sink.example.org', 'PIPELINING', '8BITMIME', 'SMTPUTF8', 'SIZE 50000000'];
const last = extensions.length - 1;
const greeting = extensions.map((word, at) => `250${at === last ? ' ' : '-'}${word}\r\n`).join('');

/** Answers by the first four letters of a command (RFC 5321); DATA is the one with a message behind it. */
const answers = {
  EHLO: greeting,
  HELO: '250 sink.example.org\r\n',
  MAIL: '250 2.1.0 ok\r\n',
  RCPT: '250 2.1.5 ok\r\n',
  DATA: '354 go on\r\n',
  RSET: '250 2.0.0 ok\r\n',
  NOOP: '250 2.0.0 ok\r\n',
  QUIT: '221 2.0.0 bye\r\n',
};

/** Takes what is whole from the front of `text`; undefined where nothing is. */
function step(text, isMessage) {
  const end = text.indexOf(isMessage ? '\r\n.\r\n' : '\r\n');
  if (end < 0) return undefined;
  if (isMessage) {
    count += 1;
    return { answer: '250 2.0.0 taken\r\n', rest: text.slice(end + 5), word: '' };
  }
  const word = text.slice(0, 4).toUpperCase();
  return { answer: answers[word] ?? '500 5.5.1 what?\r\n', rest: text.slice(end + 2), word };
}

function serve(socket) {
  let text = '';
  let isMessage = false;
  socket.on('error', () => undefined);
  socket.write('220 sink.example.org ESMTP\r\n');
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let done = step(text, isMessage); done; done = step(text, isMessage)) {
      text = done.rest;
      isMessage = done.word === 'DATA';
      socket.write(done.answer);
      if (done.word === 'QUIT') socket.end();
    }
  });
}

const server = createServer({ noDelay: true }, serve);

process.on('message', ({ ask }) => {
  if (ask === 'count') process.send({ count });
  else server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.once('disconnect', () => process.exit());
