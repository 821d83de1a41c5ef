/** The letters of a file name after a change of its flags. */

import type { FlagChange } from '../../../ports/receiving/mail-store.ts';
import { fileAt, type Place } from '../scanning/scan.ts';

/**
 * Where the file belongs that is at `place`, and was seen at `seen` when the change was decided: a letter that came or went since is
 * no part of the change. Letters in the order of ASCII; a file in `new` stays there while it gets none.
 */
export function placeWith(place: Place, seen: Place, change: FlagChange): Place {
  const [found, had] = [lettersAt(place), lettersAt(seen)];
  const wanted = lettersWanted(seen, change);
  const kept = [...found].filter((letter) => wanted.has(letter) || !had.has(letter));
  const letters = new Set([...kept, ...[...wanted].filter((letter) => !had.has(letter))]);
  if (letters.size === found.size && kept.length === found.size) return place;
  return `cur:2,${[...letters].sort().join('')}`;
}

function lettersAt(place: Place): Set<string> {
  const { flags, otherLetters } = fileAt(place);
  return new Set([...flags, ...otherLetters]);
}

const keywordLetter = /^[a-z]$/;

function lettersWanted(seen: Place, { flags, letters }: FlagChange): Set<string> {
  const others = [...fileAt(seen).otherLetters];
  if (letters === undefined) return new Set([...flags, ...others]);
  const kept = others.filter((letter) => !keywordLetter.test(letter));
  const keywords = [...letters].filter((letter) => keywordLetter.test(letter));
  return new Set([...flags, ...kept, ...keywords]);
}
