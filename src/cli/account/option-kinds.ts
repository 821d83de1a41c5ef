/** The kinds of options that account add and edit share. */

import { InvalidArgumentError, Option } from 'commander';

export function choice(flags: string, text: string, choices: readonly string[]): Option {
  return new Option(flags, text).choices(choices);
}

/** For options that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A whole number within these bounds, both included. */
export function numberFrom(
  minimum: number,
  maximum: number,
  what: string,
): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,5}$/.test(text) && number >= minimum && number <= maximum) return number;
    throw new InvalidArgumentError(
      `${what} is a number from ${String(minimum)} to ${String(maximum)}.`,
    );
  };
}
