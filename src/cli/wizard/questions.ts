/** The questions of the wizard, as its steps put them; on a terminal they are those of cli/terminal/prompt. */

import { ask, askPassword } from '../terminal/prompt.ts';
import type { Run } from '../world.ts';
import { wrapped } from '../terminal/wrap.ts';

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
  /** What stands there once it was chosen; left out: its name. */
  readonly short?: string | undefined;
  /** Shown while the choice is under the cursor. */
  readonly description?: string | undefined;
  /** Why it cannot be chosen. */
  readonly disabled?: string | undefined;
}

export interface TextQuestion {
  readonly message: string;
  /** Taken where nothing is typed; Tab puts it on the line, to be changed there. */
  readonly value?: string | undefined;
  /** The answer may be none: nothing typed where there is no value, a dash where there is one. */
  readonly optional?: boolean;
  /** What is wrong with an answer, or undefined. */
  readonly fault: (answer: string) => string | undefined;
}

export interface Questions {
  /** Characters in a line of the terminal. */
  readonly columns: number;
  /** Empty for none. */
  text(question: TextQuestion): Promise<string>;
  choose<T>(message: string, choices: readonly Choice<T>[], present?: T): Promise<T>;
  yes(message: string, present: boolean): Promise<boolean>;
  /** Without echo. */
  secret(message: string): Promise<string>;
  /** Several lines, in the person's editor. */
  lines(message: string, value: string): Promise<string>;
  say(text: string): void;
  warn(text: string): void;
}

export function terminalQuestions(run: Run): Questions {
  return {
    // A terminal that does not know its size says 0.
    columns: run.world.stderr.columns || 80,
    text: (question) => text(run, question),
    choose: (message, choices, present) => choose(run, message, choices, present),
    yes: (message, present) =>
      ask(run, ({ confirm }, context) => confirm({ message, default: present }, context)),
    secret: (message) => askPassword(run, message),
    lines: (message, value) =>
      ask(run, ({ editor }, context) =>
        editor({ message, default: value, waitForUserInput: false }, context),
      ),
    say: (text) => run.output.note(folded(text, run)),
    warn: (text) => run.output.warn(folded(text, run, 'warning: '.length)),
  };
}

async function text(run: Run, question: TextQuestion): Promise<string> {
  const { message, value, optional = false, fault } = question;
  const isNone = (answer: string): boolean =>
    optional && (answer === '' || (answer === '-' && value !== undefined));
  const answer = await ask(run, ({ input }, context) =>
    input(
      {
        message: optional && value !== undefined ? withWayOut(message) : message,
        validate: (typed) =>
          isNone(typed.trim()) || (foldedFault(fault(typed.trim()), run) ?? true),
        ...(value === undefined ? {} : { default: value }),
      },
      context,
    ),
  );
  return isNone(answer.trim()) ? '' : answer.trim();
}

/** `Reply-To (- takes it out):` */
function withWayOut(message: string): string {
  return `${message.replace(/:$/, '')} (- takes it out):`;
}

/** Broken at blanks, where the terminal would break a word. */
function folded(text: string, { world }: Run, firstWidth = 0): string {
  const { columns } = world.stderr;
  const lines = text.split('\n');
  const each = (line: string): string[] =>
    wrapped(line, { first: '', more: '  ', columns, firstWidth });
  return lines.flatMap(each).join('\n');
}

/** Below the question, behind the two characters that the library puts before it. */
function foldedFault(fault: string | undefined, run: Run): string | undefined {
  const columns = run.world.stderr.columns - 2;
  return fault && wrapped(fault, { first: '', more: '', columns }).join('\n  ');
}

/** Chosen by their places, so that any value can be one. */
async function choose<T>(
  run: Run,
  message: string,
  choices: readonly Choice<T>[],
  present: T | undefined,
): Promise<T> {
  const rows = run.world.stderr.rows || 24;
  const at = await ask(run, ({ select }, context) =>
    select(
      {
        message,
        choices: choices.map(({ name, short, description, disabled }, value) => ({
          name,
          value,
          ...(short === undefined ? {} : { short }),
          ...(description === undefined ? {} : { description }),
          ...(disabled === undefined ? {} : { disabled: `(${disabled})` }),
        })),
        default: Math.max(
          0,
          choices.findIndex(({ value }) => value === present),
        ),
        // The question itself and a description want room too.
        pageSize: Math.max(5, Math.min(choices.length, rows - 5)),
        loop: false,
      },
      context,
    ),
  );
  return (choices[at] as Choice<T>).value;
}
