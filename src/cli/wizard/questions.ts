/** The questions of the wizard, as its steps put them; on a terminal they are those of cli/prompt. */

import { ask, askPassword } from '../prompt.ts';
import type { Run } from '../world.ts';

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
    columns: run.world.stderr.columns,
    text: (question) => text(run, question),
    choose: (message, choices, present) => choose(run, message, choices, present),
    yes: (message, present) =>
      ask(run, ({ confirm }, context) => confirm({ message, default: present }, context)),
    secret: (message) => askPassword(run, message),
    lines: (message, value) =>
      ask(run, ({ editor }, context) =>
        editor({ message, default: value, waitForUserInput: false }, context),
      ),
    say: (text) => run.output.note(text),
    warn: (text) => run.output.warn(text),
  };
}

async function text(run: Run, question: TextQuestion): Promise<string> {
  const { message, value, optional = false, fault } = question;
  const isNone = (answer: string): boolean =>
    optional && (answer === '' || (answer === '-' && value !== undefined));
  const answer = await ask(run, ({ input }, context) =>
    input(
      {
        message: optional && value !== undefined ? `${message} (- for none)` : message,
        validate: (typed) => isNone(typed.trim()) || (fault(typed.trim()) ?? true),
        ...(value === undefined ? {} : { default: value }),
      },
      context,
    ),
  );
  return isNone(answer.trim()) ? '' : answer.trim();
}

/** Chosen by their places, so that any value can be one. */
async function choose<T>(
  run: Run,
  message: string,
  choices: readonly Choice<T>[],
  present: T | undefined,
): Promise<T> {
  const rows = run.world.stderr.rows;
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
