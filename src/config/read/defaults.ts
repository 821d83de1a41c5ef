/** What the file gives to every account, so that nobody looks for what is there already. */

import { fileSchema, type FileEntry } from '../schema/schema.ts';
import { parseYaml } from './yaml-file.ts';

/** Empty where the file has no `defaults`, or does not hold: then loading it says why. */
export function defaultsIn(text: string): NonNullable<FileEntry['defaults']> {
  const checked = fileSchema.safeParse(parseYaml(text).file.value ?? {});
  return checked.success ? (checked.data.defaults ?? {}) : {};
}
