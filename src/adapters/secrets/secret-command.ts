/** Runs a command that prints a secret. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { TemporaryError } from '../../errors.ts';
import { decodeSecret, longestSecret } from './check-secret.ts';

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** How long output is still read after the command has ended while something that it started keeps the pipe open. */
const drainMs = 500;

/**
 * What the command prints on standard output. A text goes through `/bin/sh -c`, a list is run as it stands. It has no standard
 * input, so that it never reads what is meant for posthorn. At the deadline, at too much output, or when the signal aborts, it is
 * killed with all that it started. Throws TemporaryError, or the signal's reason.
 */
export async function runSecretCommand(
  command: string | readonly string[],
  env: NodeJS.ProcessEnv,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<string> {
  const [file = '', ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  // A process group of its own, so that the whole of it can be killed.
  const child = spawn(file, args, {
    env: withTerminal(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const limits = limit(child, deadlineMs, signal);
  const printed = collect(child.stdout, () => {
    limits.stop(new TemporaryError('the password command printed more than 64 KiB', { remedy }));
  });
  const complained = collectEnd(child.stderr);
  try {
    const how = await ending(child);
    limits.check();
    if (how !== null) throw failed(how, lastLine(complained(), printed()));
    return decodeSecret(printed(), 'what the password command printed');
  } finally {
    limits.lift();
  }
}

/**
 * The command has no terminal as its standard input, by which gpg would find the one to ask for a passphrase on: it is named
 * instead (gpg-agent(1), GPG_TTY).
 */
function withTerminal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env['GPG_TTY'] !== undefined || !isatty(0)) return env;
  try {
    return { ...env, GPG_TTY: readlinkSync('/proc/self/fd/0') };
  } catch {
    return env;
  }
}

interface Limits {
  /** Kills the command for this reason. */
  stop(reason: TemporaryError): void;
  /** Throws the reason why the command was killed, if it was. */
  check(): void;
  lift(): void;
}

function limit(child: Child, deadlineMs: number, signal: AbortSignal | undefined): Limits {
  let stopped: TemporaryError | undefined;
  const kill = (): void => {
    killGroup(child);
  };
  const stop = (reason: TemporaryError): void => {
    stopped ??= reason;
    kill();
  };
  const timer = setTimeout(() => {
    stop(tooSlow(deadlineMs));
  }, deadlineMs);
  signal?.addEventListener('abort', kill, { once: true });
  return {
    stop,
    check: () => {
      signal?.throwIfAborted();
      if (stopped !== undefined) throw stopped;
    },
    lift: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    },
  };
}

const remedy = 'Run the command by hand and see what it says.';

function tooSlow(deadlineMs: number): TemporaryError {
  const seconds = String(deadlineMs / 1_000);
  return new TemporaryError(`the password command did not end within ${seconds} s`, {
    code: 'timeout',
    remedy: 'See whether it waits for a passphrase that nobody can type there.',
  });
}

function failed(how: string, complaint: string): TemporaryError {
  const said = complaint === '' ? '' : `: ${complaint}`;
  return new TemporaryError(`the password command ${how}${said}`, { remedy });
}

/** Null after status 0, else what became of the command, e.g. `ended with status 2`. */
function ending(child: Child): Promise<string | null> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(`cannot be started (${error.code ?? 'error'})`);
    });
    child.once('exit', (status, signal) => {
      const how =
        status === null ? `was killed by ${String(signal)}` : `ended with status ${String(status)}`;
      const verdict = status === 0 ? null : how;
      const drained = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, drainMs);
      child.once('close', () => {
        clearTimeout(drained);
        resolve(verdict);
      });
    });
  });
}

function killGroup(child: Child): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function collect(stream: Readable, onTooMuch: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= longestSecret) chunks.push(chunk);
    else onTooMuch();
  });
  return () => Buffer.concat(chunks);
}

/** The last 2 KiB: the reason of a failure stands at the end. */
function collectEnd(stream: Readable): () => Buffer {
  let end = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    end = Buffer.concat([end, chunk]).subarray(-2_048);
  });
  return () => end;
}

/** The last line of the complaint, fit for a terminal; none where it repeats what was printed, which may be the secret. */
function lastLine(complaint: Buffer, printed: Buffer): string {
  const lines = complaint.toString('utf8').split(/[\r\n]+/);
  const last = lines.map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').trim());
  const text = last.findLast((line) => line !== '')?.slice(0, 200) ?? '';
  const secrets = printed
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => word !== '');
  return secrets.some((secret) => text.includes(secret)) ? '' : text;
}
