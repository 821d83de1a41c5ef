/** Questions, asked on a terminal alone; elsewhere the error names the option that was missing. */

import { UsageError } from '../../errors.ts';
import type { Run } from '../world.ts';

type Prompts = typeof import('@inquirer/prompts');
/** Where a question is put, and what takes it back. */
type Context = NonNullable<Parameters<Prompts['input']>[1]>;

/** Whether somebody can answer. */
export function canAsk({ world, options }: Run): boolean {
  return options.input && world.stdin.isTTY && world.stderr.isTTY;
}

/**
 * Puts one question. The library is loaded only now: most runs ask nothing. Questions go to standard error, so that
 * standard output holds results alone. Ctrl-C ends the run, as it does anywhere else.
 */
export async function ask<T>(
  { world }: Run,
  question: (prompts: Prompts, context: Context) => Promise<T>,
): Promise<T> {
  const prompts = await import('@inquirer/prompts');
  const { stdin: input, stderr: output, signal } = world;
  try {
    return await question(prompts, { input, output, signal });
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === 'ExitPromptError')) throw thrown;
    world.interrupt();
    signal.throwIfAborted();
    throw thrown;
  }
}

/** Without echo. A tab that slipped in, or worse, is told at once: the secret is tried before a store would refuse it. */
export async function askPassword(run: Run, message: string): Promise<string> {
  const validate = (typed: string): true | string =>
    !/\p{Cc}/u.test(typed) || 'A password is one line of plain text.';
  return ask(run, ({ password }, context) => password({ message, mask: false, validate }, context));
}

/** Twice, until both are the same; UsageError after three rounds. */
export async function askNewPassword(run: Run, message: string): Promise<string> {
  for (let round = 1; round <= 3; round += 1) {
    const secret = await askPassword(run, `${message}:`);
    if (secret === '') run.output.note('The password is empty.');
    else if (secret === (await askPassword(run, `${message}, once more:`))) return secret;
    else run.output.note('The two are not the same.');
  }
  throw new UsageError('no new password was given; nothing was changed');
}

/** One of these, chosen from a list. */
export async function choose(
  run: Run,
  message: string,
  choices: readonly { readonly name: string; readonly value: string }[],
): Promise<string> {
  return ask(run, ({ select }, context) => select({ message, choices }, context));
}

/** Passes with --yes; UsageError where nobody can be asked, or the answer is no. */
export async function confirm(run: Run, message: string): Promise<void> {
  if (run.options.yes === true) return;
  if (!canAsk(run))
    throw new UsageError(`this must be confirmed, and nobody can be asked: ${message}`, {
      remedy: 'Add --yes.',
    });
  const agreed = await ask(run, (prompts, context) =>
    prompts.confirm({ message, default: false }, context),
  );
  if (!agreed) throw new UsageError('nothing was changed');
}
