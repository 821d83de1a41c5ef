/** A DNS server for tests: answers questions on loopback from a table, and counts what it was asked. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

export type DnsRecord =
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: 'MX'; readonly priority: number; readonly target: string }
  | { readonly type: 'A'; readonly address: string };

/** By name, in small letters. `fails`: SERVFAIL. `silent`: no answer at all. Names that are missing do not exist. */
export type DnsTable = Readonly<Record<string, readonly DnsRecord[] | 'fails' | 'silent'>>;

export interface DnsServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

const types = { A: 1, MX: 15, SRV: 33 } as const;

export async function startDnsServer(table: DnsTable): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    answer(socket, query, from, table, asked);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${String(socket.address().port)}`,
    asked,
    stop: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function answer(
  socket: Socket,
  query: Buffer,
  from: RemoteInfo,
  table: DnsTable,
  asked: string[],
): void {
  const { name, end, type } = question(query);
  asked.push(name);
  const entry = table[name];
  if (entry === 'silent') return;
  const records =
    typeof entry === 'object' ? entry.filter((each) => types[each.type] === type) : [];
  // RFC 1035, section 4.1.1: 2 is a failure of the server, 3 no such name.
  const code = entry === 'fails' ? 2 : entry === undefined ? 3 : 0;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const body = records.map((each) => resource(each));
  socket.send(Buffer.concat([header, query.subarray(12, end), ...body]), from.port, from.address);
}

function question(query: Buffer): { name: string; end: number; type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5, type: query.readUInt16BE(at + 1) };
}

/** The name is a pointer to the question's (RFC 1035, section 4.1.4). */
function resource(record: DnsRecord): Buffer {
  const data = dataOf(record);
  const fixed = [short(0xc00c), short(types[record.type]), short(1), short(0), short(60)];
  return Buffer.concat([...fixed, short(data.length), data]);
}

function dataOf(record: DnsRecord): Buffer {
  if (record.type === 'A') return Buffer.from(record.address.split('.').map(Number));
  const { type, priority, target } = record;
  const numbers = type === 'MX' ? [priority] : [priority, record.weight, record.port];
  return Buffer.concat([...numbers.map((each) => short(each)), encoded(target)]);
}

function short(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}

function encoded(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([...parts, Buffer.from([0])]);
}
