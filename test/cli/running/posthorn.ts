/** Runs posthorn as a stranger would: a process of its own, in a home of its own, with cron's bare environment. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/** The launcher of this checkout, or of an installed copy that is to be tested. */
const launcher =
  process.env['POSTHORN_LAUNCHER'] ?? resolve(import.meta.dirname, '../../../bin/posthorn.cjs');

/** The words that start posthorn, for command lines that do more than that. */
export const posthorn: readonly string[] = [process.execPath, launcher];

/** Nothing here takes so long by right; whoever does is killed, and the test fails with status null. */
const longestMs = 55_000;

export interface Result {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Beside HOME and PATH; undefined takes one of these away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** A posthorn that still runs. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
  /** Resolves once standard error holds this text; rejects where the process ends before. */
  said(text: string): Promise<void>;
}

export class Home {
  readonly folder: string;
  /** Everything that a process of this home has said, for tests of what must never be said. */
  readonly told: string[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** With this configuration, or none. */
  static async make(config?: string): Promise<Home> {
    const home = new Home(await mkdtemp(join(tmpdir(), 'posthorn-cli-')));
    if (config !== undefined) await home.configure(config);
    return home;
  }

  get config(): string {
    return join(this.folder, '.config', 'posthorn', 'config.yaml');
  }

  get state(): string {
    return join(this.folder, '.local', 'state', 'posthorn');
  }

  get secrets(): string {
    return join(this.folder, '.local', 'share', 'posthorn', 'secrets');
  }

  mail(...parts: readonly string[]): string {
    return join(this.folder, 'Mail', ...parts);
  }

  async configure(text: string): Promise<void> {
    await mkdir(join(this.folder, '.config', 'posthorn'), { recursive: true, mode: 0o700 });
    await writeFile(this.config, text, { mode: 0o600 });
  }

  /** Path of a new file with this content, in the home. */
  async write(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.start(args, options).ended;
  }

  /** With --json: what it printed must be one document. */
  async json<T = Record<string, unknown>>(
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<Result & { document: T }> {
    const result = await this.run([...args, '--json'], options);
    return { ...result, document: documentIn<T>(result) };
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    return this.spawn([...posthorn, ...args], options);
  }

  /** Any command in this home, e.g. `unshare -m sh -c …`. */
  spawn(command: readonly string[], options: RunOptions = {}): Running {
    const env = { HOME: this.folder, PATH: process.env['PATH'], ...options.env };
    const [program = '', ...words] = command;
    const child = spawn(program, words, {
      cwd: options.cwd ?? this.folder,
      env: defined(env),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    return observed(child, this.told);
  }

  /** Ends the daemon of this home, if one runs, and removes all of it. */
  async remove(): Promise<void> {
    const announced = await readFile(join(this.state, 'daemon.json'), 'utf8').catch(() => null);
    if (announced !== null) end((JSON.parse(announced) as { process: number }).process);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

function observed(child: ChildProcess, told: string[]): Running {
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    for (const look of waiting) look();
  });
  const ended = new Promise<Result>((resolved, rejected) => {
    child.once('error', rejected);
    child.once('close', (status) => {
      told.push(stdout, stderr);
      resolved({ status, stdout, stderr });
    });
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolved, rejected) => {
      const look = (): void => {
        if (stderr.includes(text)) resolved();
      };
      waiting.add(look);
      look();
      void ended.then(() => {
        rejected(new Error(`it ended before it said "${text}": ${stderr}`));
      });
    });
  return { pid: child.pid ?? 0, child, ended, said };
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** The one JSON document of a run with --json. */
export function documentIn<T = Record<string, unknown>>({ stdout, stderr }: Result): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`not one JSON document: ${stdout}${stderr}`);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Looks again and again until it holds; whatever it throws last is the failure. */
export async function eventually(look: () => Promise<void>, withinMs = 20_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; ;) {
    try {
      await look();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolved) => setTimeout(resolved, 50));
    }
  }
}

/** Octets of all messages in `new/` and `cur/` of a Maildir folder, in no order that means anything; none where it is missing. */
export async function maildir(folder: string): Promise<Buffer[]> {
  const files = await Promise.all(
    ['new', 'cur'].map(async (part) => {
      const names = await readdir(join(folder, part)).catch(() => []);
      return Promise.all(names.map((name) => readFile(join(folder, part, name))));
    }),
  );
  return files.flat();
}

/** Paths of all files and folders below, relative to it. */
export async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** As on disk: CRLF turned into LF, nothing else. */
export function asStored(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** One word for each content, so that two bags of messages compare quickly and fail readably. */
export function bag(messages: readonly Buffer[]): string[] {
  return messages.map((raw) => `${String(raw.length)} ${raw.toString('base64').slice(-60)}`).sort();
}
