/**
 * A slow line, as a process of its own: everything arrives so much later in each direction, nothing is slower than that.
 * Each piece has a time of its own, so as many of them as are sent are under way at once. It counts octets, and round trips:
 * how often the client speaks after it has heard something.
 */
import { createConnection, createServer } from 'node:net';

/** Octets under way in each direction, as a large TCP window has them. */
const window = 4 * 1024 * 1024;

const passed = { octets: 0, trips: 0 };

function carry(from, to, ms, { onCome, onGo }) {
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
      else {
        onGo();
        to.write(piece, () => arrived(piece.length));
      }
    }
    wait();
  };
  const send = (piece) => {
    line.push({ due: performance.now() + ms, piece });
    wait();
  };
  from.on('data', (piece) => {
    onCome(piece);
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
    let hasHeard = true;
    const nothing = () => undefined;
    const count = ({ length }) => (passed.octets += length);
    const speaks = (piece) => {
      count(piece);
      passed.trips += hasHeard ? 1 : 0;
      hasHeard = false;
    };
    carry(client, server, ms, { onCome: speaks, onGo: nothing });
    carry(server, client, ms, { onCome: count, onGo: () => (hasHeard = true) });
  };
  setTimeout(connect, 3 * ms);
}

process.once('message', (target) => {
  process.on('message', () => process.send({ ...passed }));
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) =>
    accept(client, target),
  );
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.once('disconnect', () => process.exit());
