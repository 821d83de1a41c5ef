/** Whether the access list that an account names is there. */
import { quoted } from './fault.ts';
import type { Fault } from './fault.ts';
import { nearest } from './nearest.ts';

/** `path` is where the name stands: in an account, or under `defaults`. */
export function checkAccessList(
  path: readonly string[],
  name: string | undefined,
  lists: object,
): Fault[] {
  if (name === undefined || Object.hasOwn(lists, name)) return [];
  const known = Object.keys(lists);
  return [
    {
      path,
      message: `${quoted(path)} names \`${name}\`, and there is no such list in \`accessLists\``,
      suggestion: nearest(name, known),
      remedy:
        known.length === 0
          ? 'Describe the list under `accessLists`, at the top of the file.'
          : `Known lists: ${known.join(', ')}.`,
      at: 'value',
    },
  ];
}
