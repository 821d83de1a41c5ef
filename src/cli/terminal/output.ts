/** Results to standard output, everything else to standard error; colour only where a person looks. */

import { styleText } from 'node:util';
import { errorJson } from '../../app/sync/report-json.ts';
import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { printableJson, printableLines } from '../../printable.ts';

/** The shape of all --json documents; raised when one changes in a way that a script could notice. */
export const jsonVersion = 1;

type Style = Parameters<typeof styleText>[0];

/** Where it writes, asked for when something is written; and the environment that may forbid colours. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class Output {
  readonly #world: Streams;
  readonly #options: GlobalOptions;
  /** By options and environment; whether a stream is a terminal comes on top. */
  readonly coloursAllowed: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;

  constructor(world: Streams, options: GlobalOptions) {
    const { env } = world;
    this.#world = world;
    this.#options = options;
    this.coloursAllowed = options.color && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
    this.json = options.json === true;
    this.quiet = options.quiet === true;
    this.verbose = options.verbose === true;
  }

  /** Characters in a line of the terminal; 80 where there is none. */
  get columns(): number {
    return (this.#world.stdout.isTTY && this.#world.stdout.columns) || 80;
  }

  get isTerminal(): boolean {
    return this.#world.stdout.isTTY;
  }

  /** Whether the locale can show more than ASCII (POSIX: LC_ALL goes before LC_CTYPE, that before LANG). */
  get isUtf8(): boolean {
    const { LC_ALL, LC_CTYPE, LANG } = this.#world.env;
    const locale = [LC_ALL, LC_CTYPE, LANG].find((each) => (each ?? '') !== '');
    return /utf-?8/i.test(locale ?? '');
  }

  /** A tick or a cross on a terminal that can show them, else a word; as wide as `markWidth`. */
  mark(isGood: boolean): string {
    const signs = this.markWidth === 1 ? ['✓', '✗'] : ['ok', 'failed'];
    const sign = (isGood ? signs[0] : signs[1]) ?? '';
    const padded = sign.padEnd(this.markWidth);
    return isGood ? this.good(padded) : this.bad(padded);
  }

  get markWidth(): number {
    return this.isTerminal && this.isUtf8 ? 1 : 6;
  }

  /** The same without words for people, for commands that say nothing where all is well. */
  silenced(): Output {
    return new Output(this.#world, { ...this.#options, quiet: true });
  }

  /** The same for what belongs to a question: whoever answers it must see it, whatever becomes of the result. */
  aside(): Output {
    const { stderr } = this.#world;
    return new Output(
      { ...this.#world, stdout: stderr },
      { ...this.#options, json: false, quiet: false },
    );
  }

  /** One line of the result. */
  line(text = ''): void {
    this.#world.stdout.write(`${text}\n`);
  }

  /** The one document of --json; `version` is added. */
  document(value: Readonly<Record<string, unknown>>): void {
    this.line(printableJson({ version: jsonVersion, ...value }, this.isTerminal ? 2 : 0));
  }

  /** One of several documents of --json, each on a line of its own; `version` and `event` are added. */
  event(event: string, value: Readonly<Record<string, unknown>>): void {
    this.line(printableJson({ version: jsonVersion, event, ...value }));
  }

  /** For people alone: nothing with --quiet or --json. */
  say(text: string): void {
    if (!this.quiet && !this.json) this.line(text);
  }

  note(text: string): void {
    if (!this.quiet) this.#tell(text);
  }

  warn(text: string): void {
    this.#tell(text, this.#paint('yellow', 'warning:', this.#world.stderr));
  }

  /** One line: to whom, what, and what to do; the rest and the stack with --verbose alone. */
  error(thrown: unknown): void {
    const error = asPosthornError(thrown);
    if (this.json) this.#world.stderr.write(`${printableJson({ error: errorJson(error) })}\n`);
    else this.#tell(oneLine(error), this.#paint('red', 'posthorn:', this.#world.stderr));
    if (!this.verbose) return;
    if (error.detail !== undefined) this.#tell(error.detail);
    this.#tell(stackOf(error));
  }

  /** An error that came as data, e.g. from the daemon. */
  failure(line: string, detail: string | null): void {
    this.#tell(line, this.#paint('red', 'posthorn:', this.#world.stderr));
    if (this.verbose && detail !== null) this.#tell(detail);
  }

  bold(text: string): string {
    return this.#paint('bold', text, this.#world.stdout);
  }

  dim(text: string): string {
    return this.#paint('dim', text, this.#world.stdout);
  }

  good(text: string): string {
    return this.#paint('green', text, this.#world.stdout);
  }

  bad(text: string): string {
    return this.#paint('red', text, this.#world.stdout);
  }

  /** The last door to the terminal: a key of somebody's file or a word of a server must not move the cursor. */
  #tell(text: string, head?: string): void {
    const said = printableLines(text);
    this.#world.stderr.write(`${head === undefined ? said : `${head} ${said}`}\n`);
  }

  /** Whether no row of a table would be broken by the terminal; a pipe has room for everything. */
  hasRoomFor(rows: readonly (readonly string[])[]): boolean {
    const widest = (rows[0] ?? []).map((_, at) =>
      Math.max(...rows.map((row) => row[at]?.length ?? 0)),
    );
    const width = widest.reduce((sum, each) => sum + each + 2, -2);
    return !this.isTerminal || width <= this.columns;
  }

  #paint(style: Style, text: string, stream: NodeJS.WriteStream): string {
    return this.coloursAllowed && stream.isTTY ? styleText(style, text) : text;
  }
}

/** `work: the server refused … Check ….` */
export function oneLine(
  error: Pick<PosthornError, 'account' | 'message' | 'remedy' | 'code'>,
): string {
  const whom = error.account === undefined ? '' : `${error.account}: `;
  const what = error.code === 'internal' ? `a bug in posthorn: ${error.message}` : error.message;
  const remedy = error.remedy === undefined ? '' : ` ${capital(error.remedy)}`;
  return `${whom}${sentence(what)}${remedy}`;
}

function sentence(text: string): string {
  return /[.!?][\u201d")]?$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
