/** The kinds of fields that the wizard can ask for: each shows what holds now, and takes a new value. */

import { resolve } from 'node:path';
import { valueFault } from '../../../config/schema/check-value.ts';
import type { ConfigValue } from '../../../config/edit/render.ts';
import type { AccountEntry } from '../../../config/schema/schema.ts';
import { printable } from '../../../printable.ts';
import type { Wizard } from '../context.ts';
import { inheritedValue, ownValue, whole, withValue, type Draft } from '../draft.ts';
import type { Choice } from '../questions.ts';

export interface Field {
  /** Dotted, as in the file. */
  readonly key: string;
  readonly label: string;
  /** Whether this account has such a thing at all. */
  readonly applies: (entry: AccountEntry) => boolean;
  /** What holds now. */
  readonly text: (draft: Draft) => string;
  readonly ask: (wizard: Wizard, draft: Draft) => Promise<Draft>;
}

interface Common {
  readonly key: string;
  readonly label: string;
  readonly applies?: (entry: AccountEntry) => boolean;
}

const always = (): boolean => true;

/** What holds now, and where it comes from if not from the account itself. */
export function presentText(
  draft: Draft,
  key: string,
  otherwise: string,
  show: (value: unknown) => string = plain,
): string {
  const own = ownValue(draft, key);
  if (own !== undefined) return show(own);
  const inherited = inheritedValue(draft, key);
  return inherited === undefined ? otherwise : `${show(inherited)} (defaults)`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  return printable(String(value));
}

export interface TextField extends Common {
  /** What holds where nothing is set; left out: the field must be set. */
  readonly otherwise?: string | ((entry: AccountEntry) => string);
  /** From what was typed; a text stays one where left out. */
  readonly parse?: (answer: string) => ConfigValue;
  readonly hint?: string;
  /** A path: what is typed starts at the working directory, as in a shell; what stands in the file, at its folder. */
  readonly isPath?: boolean;
}

export function textField(field: TextField): Field {
  const { key, label, otherwise, parse = (answer) => answer, hint, isPath = false } = field;
  return {
    key,
    label,
    applies: field.applies ?? always,
    text: (draft) => presentText(draft, key, fallback(otherwise, draft)),
    ask: async ({ questions, cwd }, draft) => {
      const own = ownValue(draft, key);
      const read = (typed: string): ConfigValue =>
        isPath && typed !== own ? typedPath(typed, cwd) : parse(typed);
      const optional = otherwise !== undefined || inheritedValue(draft, key) !== undefined;
      const usual = presentText(draft, key, fallback(otherwise, draft));
      // What Return alone means, where that is neither nothing nor the value that is offered.
      const showsUsual = optional && own === undefined && usual !== 'none';
      const answer = await questions.text({
        message: `${label}${hint === undefined ? '' : ` – ${hint}`}${showsUsual ? ` (${usual})` : ''}:`,
        value: own === undefined ? undefined : plain(own),
        optional,
        fault: (typed) => valueFault(key, read(typed)),
      });
      return withValue(draft, key, answer === '' ? undefined : read(answer));
    },
  };
}

export function typedPath(typed: string, cwd: string): string {
  return typed === '' || typed.startsWith('~') ? typed : resolve(cwd, typed);
}

function fallback(otherwise: TextField['otherwise'], draft: Draft): string {
  if (typeof otherwise === 'function') return otherwise(whole(draft));
  return otherwise ?? 'missing';
}

export interface ChoiceField<T extends ConfigValue> extends Common {
  readonly choices: readonly Choice<T>[];
  /** What holds where nothing is set. */
  readonly builtIn: T;
}

export function choiceField<T extends string | boolean>(field: ChoiceField<T>): Field {
  const { key, label, choices, builtIn } = field;
  const nameOf = (value: unknown): string =>
    choices.find((each) => each.value === value)?.name ?? plain(value);
  return {
    key,
    label,
    applies: field.applies ?? always,
    text: (draft) => presentText(draft, key, nameOf(builtIn), nameOf),
    ask: async ({ questions }, draft) => {
      const inherited = inheritedValue(draft, key);
      const otherwise = (inherited ?? builtIn) as T;
      const present = (ownValue(draft, key) ?? otherwise) as T;
      const value = await questions.choose(`${label}:`, choices, present);
      // What holds anyway is not written: the file stays short, and defaults go on to count.
      return withValue(draft, key, value === otherwise ? undefined : value);
    },
  };
}

export interface FlagField extends Common {
  readonly builtIn: boolean;
  readonly yes: string;
  readonly no: string;
}

export function flagField({ yes, no, ...field }: FlagField): Field {
  const choices = [
    { name: 'yes', value: true, description: yes },
    { name: 'no', value: false, description: no },
  ];
  return choiceField({ ...field, choices });
}
