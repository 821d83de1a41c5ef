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
  readonly columns?: number;
}

export const keys = {
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  down: '\u001b[B',
  up: '\u001b[A',
  clear: '\u0015',
} as const;

export async function converse(
  home: Home,
  words: readonly string[],
  steps: readonly Step[],
  { env = {}, columns = 80 }: Terminal = {},
): Promise<Shown> {
  const helper = join(import.meta.dirname, 'dialogue.py');
  const run = home.spawn(['python3', helper, JSON.stringify(steps), ...posthorn, ...words], {
    env: { TERM: 'xterm', LANG: 'C.UTF-8', COLUMNS: String(columns), ...env },
  });
  const { status, stdout, stderr } = await run.ended;
  return { status, text: stripVTControlCharacters(`${stdout}${stderr}`).replaceAll('\r', '') };
}
