import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SocketReader } from '../../src/wire/lines.ts';

let server: Server;
let far: Socket;
let near: Socket;
let reader: SocketReader;

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection');
  near = connect(port, '127.0.0.1');
  [far] = (await accepted) as [Socket];
  far.on('error', () => undefined);
  reader = new SocketReader(near, { peer: { host: 'mail.example.org', port: 110 }, idleMs: 5000 });
});

afterEach(async () => {
  near.destroy();
  far.destroy();
  server.close();
  await once(server, 'close');
});

async function lines(count: number, limit = 100): Promise<string[]> {
  const read: string[] = [];
  while (read.length < count) read.push((await reader.line(limit)).toString());
  return read;
}

describe('lines from a socket', () => {
  it('end with CRLF, or with LF where a server does not know better', async () => {
    far.write('one\r\ntwo\nthree\rhalf\r\n\r\n');
    expect(await lines(4)).toEqual(['one', 'two', 'three\rhalf', '']);
  });

  it('come together from pieces', async () => {
    far.setNoDelay(true);
    const work = lines(2);
    for (const octet of 'one\r\ntwo\r\n') await new Promise((done) => far.write(octet, done));
    expect(await work).toEqual(['one', 'two']);
  });

  it('are refused where they are too long, before their end has come', async () => {
    far.write('x'.repeat(101));
    await expect(lines(1)).rejects.toMatchObject({ exitStatus: 69 });
  });

  it('alternate with raw octets, which can be put back', async () => {
    far.write('line\r\nraw and next\r\n');
    expect(await lines(1)).toEqual(['line']);
    const chunk = await reader.chunk();
    reader.putBack(chunk.subarray(8));
    expect(chunk.subarray(0, 8).toString()).toBe('raw and ');
    expect(await lines(1)).toEqual(['next']);
  });

  it('that arrived are read before the end of the stream is told', async () => {
    far.end('last\r\n');
    expect(await lines(1)).toEqual(['last']);
    await expect(lines(1)).rejects.toMatchObject({ exitStatus: 75 });
  });

  it('do not keep anybody waiting for ever', async () => {
    reader.idleMs = 20;
    await expect(lines(1)).rejects.toMatchObject({ code: 'timeout' });
    await expect(lines(1)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('that came while this process was busy are not late', async () => {
    reader.idleMs = 50;
    const work = lines(1);
    far.write('one\r\n');
    const until = performance.now() + 150;
    while (performance.now() < until);
    expect(await work).toEqual(['one']);
  });

  it('end with the reason that was given', async () => {
    const work = lines(1);
    reader.fail(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });

  it('a socket without a reader is not drained', async () => {
    const flooded = Buffer.alloc(64 * 1024 * 1024);
    far.write(flooded);
    await reader.chunk();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(far.writableNeedDrain).toBe(true);
    expect(near.readableLength).toBeLessThan(1024 * 1024);
  });
});
