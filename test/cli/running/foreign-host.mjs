/**
 * Run under `unshare -n`: servers on an address that is no loopback one, and posthorn against them. Prints what posthorn
 * ended with, and all that the servers were told.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';

const [kind, ...command] = process.argv.slice(2);
const address = '192.0.2.1';

/** SIOCSIFFLAGS and SIOCSIFADDR of netdevice(7); perl is on every Debian, iproute2 is not. */
const up = `
  socket(S, 2, 2, 0) or die "socket: $!";
  sub set { my ($name, $call, $data) = @_; ioctl(S, $call, pack("a16 a24", $name, $data)) or die "$name: $!"; }
  set("lo", 0x8914, pack("S", 0x41));
  set("lo:1", 0x8916, pack("S n C4", 2, 0, split(/[.]/, $ARGV[0])));
  set("lo:1", 0x8914, pack("S", 0x41));`;
execFileSync('perl', ['-e', up, address]);

const greetings = {
  imap: '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] ready\r\n',
  pop3: '+OK ready\r\n',
  smtp: '220 mail.example.org ESMTP ready\r\n',
};

/** As little of each protocol as it takes to come to the login. */
const answers = {
  imap: (line) => {
    const [tag, word] = line.split(' ');
    const capabilities = '* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN\r\n';
    return `${word === 'CAPABILITY' ? capabilities : ''}${tag} OK done\r\n`;
  },
  pop3: (line) =>
    line === 'CAPA' ? '+OK\r\nUSER\r\nUIDL\r\nSASL PLAIN LOGIN\r\n.\r\n' : '+OK done\r\n',
  smtp: (line) =>
    line.startsWith('EHLO')
      ? '250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n'
      : line === 'QUIT'
        ? '221 bye\r\n'
        : '235 welcome\r\n',
};

const heard = [];
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.write(greetings[kind]);
  let pending = '';
  socket.on('data', (chunk) => {
    const lines = `${pending}${chunk.toString('latin1')}`.split('\r\n');
    pending = lines.pop();
    for (const line of lines) {
      heard.push(line);
      socket.write(answers[kind](line));
    }
  });
});
server.listen(2525, address);
await new Promise((resolve) => server.once('listening', resolve));

const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
const [stdout, stderr, status] = await Promise.all([
  text(child.stdout),
  text(child.stderr),
  new Promise((resolve) => child.once('close', resolve)),
]);
process.stdout.write(JSON.stringify({ status, stdout, stderr, heard }));
process.exit(0);
