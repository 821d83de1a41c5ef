/** posthorn on a pseudo-terminal, as a person sees it: what is asked is answered in turn. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { posthorn, type Home } from './posthorn.ts';

/** A question, and what is typed once it stands there; Return follows, unless there are other keys in it. */
export type Step = readonly [question: string, keys: string];

export interface Shown {
  readonly status: number | null;
  /** Without colours and the movements of the cursor; every state of a line that was drawn anew. */
  readonly text: string;
}

export interface Terminal {
  readonly env?: Readonly<Record<string, string>>;
  /** 0 for a terminal that does not know its size. */
  readonly columns?: number;
  readonly lines?: number;
}

export const keys = {
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  down: '\u001b[B',
  up: '\u001b[A',
  clear: '\u0015',
} as const;

/** The command that runs posthorn on a pseudo-terminal and answers. */
export function dialogueOf(steps: readonly Step[], words: readonly string[]): string[] {
  const helper = join(import.meta.dirname, 'dialogue.py');
  return ['python3', helper, JSON.stringify(steps), ...posthorn, ...words];
}

export async function converse(
  home: Home,
  words: readonly string[],
  steps: readonly Step[],
  { env = {}, columns = 80, lines = 24 }: Terminal = {},
): Promise<Shown> {
  const run = home.spawn(dialogueOf(steps, words), {
    env: { TERM: 'xterm', LANG: 'C.UTF-8', COLUMNS: String(columns), LINES: String(lines), ...env },
  });
  const { status, stdout, stderr } = await run.ended;
  return { status, text: stripVTControlCharacters(`${stdout}${stderr}`).replaceAll('\r', '') };
}
