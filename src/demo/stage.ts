/** Shows each command line of the demo, runs it for real in the demo's own home folder, and shows its output. */

import { spawn } from 'node:child_process';

export interface StageOptions {
  readonly folder: string;
  readonly color: boolean;
  readonly columns: number;
  readonly launcher: string;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** No command of the demo takes longer. */
const deadlineMs = 60_000;

interface Ended {
  readonly status: number | null;
  readonly text: string;
}

export class Stage {
  readonly #options: StageOptions;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  heading(text: string): void {
    this.say(`\n${this.#paint('1', text)}`);
  }

  say(text: string): void {
    this.#options.output.write(`${text}\n`);
  }

  /** Shows and runs `posthorn WORDS`; resolves with what it printed, throws where it failed. */
  async run(words: readonly string[], input = ''): Promise<string> {
    this.#options.signal.throwIfAborted();
    const piped = input === '' ? '' : `printf ${quoted(input.replaceAll('\n', '\\n'))} | `;
    const line = `$ ${piped}posthorn ${words.map(quoted).join(' ')}`;
    this.say(`\n${this.#paint('36', folded(line, this.#options.columns))}`);
    const { status, text } = await this.#spawn(words, input, true);
    if (status !== 0) throw new Error(`posthorn ${words.join(' ')} ended with ${String(status)}`);
    return text;
  }

  /** For tidying up: shows nothing, and fails silently. */
  async runQuietly(words: readonly string[]): Promise<void> {
    await this.#spawn(words, '', false).catch(() => undefined);
  }

  async #spawn(words: readonly string[], input: string, shown: boolean): Promise<Ended> {
    const { folder, launcher, output } = this.#options;
    const child = spawn(process.execPath, [launcher, ...words], {
      cwd: folder,
      env: this.#environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
    });
    let text = '';
    const take = (chunk: Buffer): void => {
      text += chunk.toString('utf8');
      if (shown) output.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => {
        resolve({ status, text });
      });
    });
  }

  /** As bare as cron's, so that nothing of this user's own setup is touched. */
  #environment(): Record<string, string> {
    const { folder, color } = this.#options;
    const { PATH = '', LANG = '' } = process.env;
    return {
      HOME: folder,
      PATH,
      LANG,
      TZ: process.env['TZ'] ?? '',
      ...(color ? {} : { NO_COLOR: '1' }),
    };
  }

  #paint(code: string, text: string): string {
    return this.#options.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** Broken between options where the line would not fit, as a shell takes it. */
function folded(line: string, columns: number): string {
  const lines: string[] = [''];
  for (const part of line.split(/ (?=--)/)) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? part : `${last} ${part}`;
    if (last !== '' && joined.length + 2 > columns) lines.push(`    ${part}`);
    else lines[lines.length - 1] = joined;
  }
  return lines.join(' \\\n');
}

/** As a shell would need it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
