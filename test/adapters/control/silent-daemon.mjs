/** Listens, takes what is asked, and never answers. */
import { createServer } from 'node:net';

const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => process.stdout.write('asked\n'));
});
server.listen(process.argv[2], () => process.stdout.write('listening\n'));
