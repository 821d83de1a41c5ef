/**
 * The one process that talks to the keyring. Built as dist/keyring-program.js: the library connects to the session bus
 * synchronously, and waits there for ever where nobody answers; only a process of its own can be ended then.
 *
 * A request is read from standard input as JSON, whole; two lines of JSON are printed: that it is ready, and the reply.
 */

import type { AsyncEntry } from '@napi-rs/keyring';
import type { KeyringReply, KeyringRequest } from './keyring-request.ts';

const service = 'posthorn';

// Never the kernel's key ring, to which the library would fall back in silence: it is lost at the next start of the machine.
const options = { linux: { store: 'secret-service' } } as const;

type EntryOf = (key: string) => AsyncEntry;

async function load(): Promise<EntryOf> {
  const { AsyncEntry: Entry } = await import('./keyring-library.ts');
  return (key) => new Entry(service, key, options);
}

async function carryOut(entryOf: EntryOf, request: KeyringRequest): Promise<string | null> {
  const entry = entryOf(request.key);
  switch (request.kind) {
    case 'read':
      return (await entry.getPassword()) ?? null;
    case 'write':
      await write(entry, request.secret);
      return null;
    case 'remove':
      await entry.deleteCredential();
      return null;
    case 'try':
      await write(entry, request.secret);
      await entry.deleteCredential();
      return null;
  }
}

/** Believed only once it has been read again. */
async function write(entry: AsyncEntry, secret: string): Promise<void> {
  await entry.setPassword(secret);
  if ((await entry.getPassword()) !== secret) throw new Error('it does not keep what it is given');
}

async function request(): Promise<KeyringRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as KeyringRequest;
}

function print(line: object): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, () => {
      resolve();
    });
  });
}

async function reply(): Promise<KeyringReply> {
  const entryOf = await load().catch((error: unknown) => String(error));
  if (typeof entryOf === 'string') return { kind: 'no library' };
  const wanted = await request();
  await print({ kind: 'ready' });
  try {
    return { kind: 'done', secret: await carryOut(entryOf, wanted) };
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

await print(await reply());
