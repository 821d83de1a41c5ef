/** Starts and ends a mail server through watchdog.mjs, so that it dies with the test run, however that ends. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const watchdog = fileURLToPath(new URL('watchdog.mjs', import.meta.url));

/** Under vitest we are a worker, which does not end when its run is killed. */
function runPid(): Record<string, string> {
  return process.env['VITEST'] === undefined ? {} : { RUN_PID: String(process.ppid) };
}

interface Waiter {
  matches: RegExp;
  resolve: (line: string) => void;
}

export class Guard {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiters = new Set<Waiter>();
  #exited: string | undefined;

  /** `folder` is the server's own: it is removed with it. */
  constructor(folder: string, command: string, args: readonly string[]) {
    this.#process = spawn(process.execPath, [watchdog, folder, command, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A session of its own: Ctrl-C on the terminal reaches the test run alone.
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC', ...runPid() },
    });
    this.#process.stdin.on('error', () => undefined);
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#hear(line));
    // A test that forgot to stop its server must not keep the run alive.
    this.#process.unref();
    for (const stream of [this.#process.stdin, this.#process.stdout]) {
      (stream as unknown as { unref(): void }).unref();
    }
  }

  /** How the server ended by itself, if it did: an exit status or the name of a signal. */
  get exited(): string | undefined {
    return this.#exited;
  }

  /** Resolves with the server's process id. */
  async start(): Promise<number> {
    this.#exited = undefined;
    const answer = await this.#ask('start', /^(started|failed) /);
    if (answer.startsWith('failed')) throw new Error(`the server did not start: ${answer}`);
    return Number(answer.split(' ')[1]);
  }

  /** Ends the server and its workers; the folder stays, `start` may follow. */
  async stop(): Promise<void> {
    await this.#ask('stop', /^stopped$/);
  }

  /** Ends the server and removes its folder. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.stdin.end();
    await gone;
  }

  #hear(line: string): void {
    if (line.startsWith('exited ')) this.#exited = line.slice('exited '.length);
    for (const waiter of this.#waiters) {
      if (!waiter.matches.test(line)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(line);
    }
  }

  #ask(word: string, matches: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${word}`)), 15_000);
      const heard = (line: string): void => {
        clearTimeout(late);
        resolve(line);
      };
      this.#waiters.add({ matches, resolve: heard });
      this.#process.stdin.write(`${word}\n`);
    });
  }
}

/** Repeats `probe` until it succeeds; fails at once when the server has ended, with the tail of its log. */
export async function untilReady(
  guard: Guard,
  probe: () => Promise<void>,
  log: () => Promise<string>,
): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const problem = await probe().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problem === undefined) return;
    if (guard.exited !== undefined || Date.now() > deadline) {
      const tail = (await log()).split('\n').slice(-15).join('\n');
      throw new Error(`the server is not ready (${String(problem)}):\n${tail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
