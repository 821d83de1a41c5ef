/** An SMTP server as a process of its own: takes every message, keeps none, and says how many there were. */
import { SMTPServer } from 'smtp-server';

let count = 0;

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.resume();
    stream.once('end', () => {
      count += 1;
      done();
    });
  },
});
server.on('error', () => undefined);

process.on('message', ({ ask }) => {
  if (ask === 'count') process.send({ count });
  else server.listen(0, '127.0.0.1', () => process.send({ port: server.server.address().port }));
});
process.once('disconnect', () => process.exit());
