/** Questions, asked on a terminal alone; elsewhere the error names the option that was missing. */

import { UsageError } from '../errors.ts';
import type { Run } from './world.ts';

/** Whether somebody can answer. */
export function canAsk({ world, options }: Run): boolean {
  return options.input && world.stdin.isTTY && world.stderr.isTTY;
}

/** Without echo. The library is loaded only now: most runs ask nothing. */
export async function askPassword(run: Run, message: string): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  const { stdin: input, stderr: output, signal } = run.world;
  return password({ message, mask: false }, { input, output, signal });
}

/** Twice, until both are the same; UsageError after three rounds. */
export async function askNewPassword(run: Run, message: string): Promise<string> {
  for (let round = 1; round <= 3; round += 1) {
    const secret = await askPassword(run, `${message}:`);
    if (secret === '') run.output.note('An empty password is none.');
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
  const { select } = await import('@inquirer/prompts');
  const { stdin: input, stderr: output, signal } = run.world;
  return select({ message, choices }, { input, output, signal });
}

/** Passes with --yes; UsageError where nobody can be asked, or the answer is no. */
export async function confirm(run: Run, message: string): Promise<void> {
  if (run.options.yes === true) return;
  if (!canAsk(run))
    throw new UsageError('this must be confirmed, and nobody can be asked', {
      remedy: 'Add --yes.',
    });
  const prompts = await import('@inquirer/prompts');
  const { stdin: input, stderr: output, signal } = run.world;
  const agreed = await prompts.confirm({ message, default: false }, { input, output, signal });
  if (!agreed) throw new UsageError('nothing was changed');
}
