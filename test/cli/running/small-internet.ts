/**
 * A program that runs under `unshare -n`: an internet of loopback alone – DNS, web servers on their true ports, mail servers –
 * and one command in it. Reads what there is from the file that is its first argument; prints one JSON document.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createServer } from 'node:tls';
import { startDnsServer, type DnsTable } from '../../adapters/autoconfig/dns-server.ts';
import { startWebServer, type WebTable } from '../../adapters/autoconfig/web-server.ts';
import type { Certificate } from '../../servers/authority.ts';

export interface SmallInternet {
  /** Null: a DNS server that never answers. */
  readonly dns: DnsTable | null;
  readonly secure: WebTable;
  readonly clear: WebTable;
  /** Of the web server on port 443. */
  readonly certificate: Certificate;
  /** They speak TLS at once, and greet. */
  readonly mail: readonly {
    readonly port: number;
    readonly greeting: string;
    readonly certificate: Certificate;
  }[];
}

export interface Seen {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** What the servers were asked. */
  readonly dns: readonly string[];
  readonly secure: readonly string[];
  readonly clear: readonly string[];
}

/** SIOCSIFFLAGS of netdevice(7); perl is on every Debian, iproute2 is not. */
const loopbackUp =
  'my $up = pack("a16 a24", "lo", pack("S", 0x41)); ' +
  'socket(S, 2, 2, 0) or die "socket: $!"; ioctl(S, 0x8914, $up) or die "lo: $!";';

const [plan = '', program = '', ...words] = process.argv.slice(2);
const { dns, secure, clear, certificate, mail } = JSON.parse(
  readFileSync(plan, 'utf8'),
) as SmallInternet;

execFileSync('perl', ['-e', loopbackUp]);
const names = dns === null ? await silentDns() : await startDnsServer(dns);
const web = await startWebServer(secure, { certificate, port: 443 });
const plain = await startWebServer(clear, { port: 80 });
for (const { port, greeting, certificate: own } of mail) {
  const pem = { cert: readFileSync(own.cert), key: readFileSync(own.key) };
  const server = createServer(pem, (socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
  });
  server.on('tlsClientError', () => undefined).listen(port, '127.0.0.1');
  await once(server, 'listening');
}

const started = performance.now();
const env = { ...process.env, POSTHORN_DNS: names.address };
const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
const [stdout, stderr, [status]] = await Promise.all([
  text(child.stdout),
  text(child.stderr),
  once(child, 'close') as Promise<[number | null]>,
]);
const ms = performance.now() - started;
const seen: Seen = {
  ...{ status, stdout, stderr, ms },
  ...{ dns: names.asked, secure: web.asked, clear: plain.asked },
};
process.stdout.write(JSON.stringify(seen), () => {
  process.exit(0);
});

async function silentDns(): Promise<{ address: string; asked: readonly string[] }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${String(socket.address().port)}`, asked: [] };
}
