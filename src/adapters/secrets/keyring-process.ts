/** One request to the keyring, in a process of its own that is ended at its deadline. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { KeyringFailure, whyNot } from './keyring-failure.ts';
import type { KeyringReply, KeyringRequest } from './keyring-request.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A machine under load may take long to start a process; that says nothing about the keyring. */
const startMs = 20_000;

export interface KeyringProcess {
  /** The built program; undefined where posthorn runs from its source. */
  readonly program: URL | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The secret that was read, or null. `deadlineMs` counts from when the process is ready to ask. Throws KeyringFailure, or the
 * signal's reason. The secret goes through a pipe: argument lists and environments are for others to see.
 */
export async function askKeyring(
  { program, env }: KeyringProcess,
  request: KeyringRequest,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<string | null> {
  signal?.throwIfAborted();
  if (program === undefined) throw new KeyringFailure('posthorn was not built');
  const { NODE_OPTIONS: _, ...rest } = env;
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    env: rest,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const reply = await conversation(child, request, deadlineMs);
    signal?.throwIfAborted();
    return secretIn(reply, deadlineMs);
  } finally {
    signal?.removeEventListener('abort', kill);
    kill();
  }
}

/** The reply; null where the process ended without one, `silent` where it had to be ended. */
type Ending = KeyringReply | null | 'silent';

function conversation(child: Child, request: KeyringRequest, deadlineMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    let timer = setTimeout(() => {
      resolve('silent');
    }, startMs);
    const end = (ending: Ending): void => {
      clearTimeout(timer);
      resolve(ending);
    };
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const said = JSON.parse(line) as KeyringReply | { kind: 'ready' };
        if (said.kind !== 'ready') end(said);
        clearTimeout(timer);
        timer = setTimeout(end, deadlineMs, 'silent');
      }
    });
    child.once('error', () => {
      end(null);
    });
    child.once('close', () => {
      end(null);
    });
    // It may have ended before it read.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(request));
  });
}

function secretIn(reply: Ending, deadlineMs: number): string | null {
  if (reply === null) throw new KeyringFailure('its process ended without an answer');
  if (reply === 'silent')
    throw new KeyringFailure(
      `it did not answer within ${String(deadlineMs / 1_000)} s; it may be waiting to be unlocked`,
      true,
    );
  switch (reply.kind) {
    case 'done':
      return reply.secret;
    case 'no library':
      throw new KeyringFailure('the optional package @napi-rs/keyring is not installed');
    case 'failed':
      throw new KeyringFailure(whyNot(reply.why));
  }
}
