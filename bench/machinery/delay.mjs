/**
 * A slow line, as a process of its own: everything arrives so much later in each direction, nothing is slower than that.
 * Each piece has a time of its own, so as many of them as are sent are under way at once.
 */
import { createConnection, createServer } from 'node:net';

/** Octets under way in each direction, as a large TCP window has them. */
const window = 4 * 1024 * 1024;

function carry(from, to, ms) {
  const line = [];
  let timer;
  let octets = 0;
  const wait = () => {
    if (timer !== undefined || line.length === 0) return;
    timer = setTimeout(release, Math.max(0, line[0].due - performance.now()));
  };
  const arrived = (length) => {
    octets -= length;
    if (octets < window) from.resume();
  };
  const release = () => {
    timer = undefined;
    while (line.length > 0 && line[0].due <= performance.now()) {
      const { piece } = line.shift();
      if (piece === undefined) to.end();
      else to.write(piece, () => arrived(piece.length));
    }
    wait();
  };
  const send = (piece) => {
    line.push({ due: performance.now() + ms, piece });
    wait();
  };
  from.on('data', (piece) => {
    octets += piece.length;
    if (octets >= window) from.pause();
    send(piece);
  });
  from.on('end', () => send(undefined));
  from.on('error', () => to.destroy());
}

/** The client waited for no handshake here, so the server sees it three ways later: SYN, SYN and ACK, ACK. */
function accept(client, { host, port, ms }) {
  client.on('error', () => undefined);
  const connect = () => {
    const server = createConnection({ host, port, noDelay: true, allowHalfOpen: true });
    carry(client, server, ms);
    carry(server, client, ms);
  };
  setTimeout(connect, 3 * ms);
}

process.once('message', (target) => {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) =>
    accept(client, target),
  );
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.once('disconnect', () => process.exit());
