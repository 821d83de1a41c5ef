/** The layout of --help, and which command a request for help is about. */

import type { Command, Help, HelpConfiguration } from 'commander';
import { UsageError } from '../../errors.ts';
import { wrapped } from './wrap.ts';

/** A longer option has its description on the next line, so that 80 columns hold every line. */
const widestTerm = 26;

export const helpLayout: HelpConfiguration = {
  padWidth: (command: Command, help: Help) =>
    Math.min(
      widestTerm,
      Math.max(
        help.longestOptionTermLength(command, help),
        help.longestSubcommandTermLength(command, help),
        help.longestArgumentTermLength(command, help),
      ),
    ),
  formatItem: (term: string, width: number, description: string, help: Help) =>
    item(term, width, description, help.helpWidth ?? 80),
};

function item(term: string, width: number, description: string, columns: number): string {
  if (description === '') return `  ${term}`;
  const more = ' '.repeat(width + 4);
  const isLong = term.length > width;
  const first = isLong ? more : `  ${term.padEnd(width)}  `;
  const lines = wrapped(description, { first, more, columns });
  return (isLong ? [`  ${term}`, ...lines] : lines).join('\n');
}

/** `help account add` is `account add --help`; commander by itself takes one word behind `help`. */
export function withoutHelpCommand(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

/** UsageError where help is asked for a command that does not exist: commander would show the help of what is above it. */
export async function refuseUnknownTopic(program: Command, argv: readonly string[]): Promise<void> {
  const topic = argv[0] === 'help' ? argv.slice(1) : argv.slice(0, 1);
  if (argv[0] !== 'help' && !argv.includes('--help')) return;
  let command = program;
  for (const word of topic) {
    if (word.startsWith('-') || command.commands.length === 0) return;
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) throw await unknown(word, command);
    command = next;
  }
}

async function unknown(word: string, { commands }: Command): Promise<UsageError> {
  const { nearest } = await import('../../config/schema/nearest.ts');
  const meant = nearest(
    word,
    commands.map((each) => each.name()),
  );
  return new UsageError(`unknown command '${word}'`, {
    remedy: meant === undefined ? 'See --help.' : `Did you mean ${meant}? See --help.`,
  });
}
