/** Tells V8 to collect what is dead before it takes more memory (docs/decisions/memory.md). */

import { setFlagsFromString } from 'node:v8';

let isThrifty = false;

/**
 * For the whole process, from now on. Not from its start on: what Node has compiled of itself beforehand is thrown away where
 * a flag is another one, and a poll without news would take a tenth longer.
 */
export function collectSoon(): void {
  if (isThrifty) return;
  isThrifty = true;
  setFlagsFromString('--optimize-for-size');
}
