/**
 * How a folder stood here when all of it was agreed, as AgreedFolder.stamp has it: the stamp of its files, and the keywords that had
 * a letter then. A letter that is missing says that its keyword was taken off only where the letter existed before.
 */

export interface AgreedStamp {
  /** As ports/mail-store has it; null where it proved nothing. */
  readonly files: string | null;
  /** In lower case. */
  readonly lettered: ReadonlySet<string>;
}

/** Of a folder that was begun, and never looked at. */
export const unseen = '';

const nothing: AgreedStamp = { files: null, lettered: new Set() };

export function writeStamp({ files, lettered }: AgreedStamp): string {
  return [files ?? '', ...lettered].join(' ');
}

export function readStamp(text: string | null): AgreedStamp {
  if (text === null) return nothing;
  const [files = '', ...lettered] = text.split(' ');
  return { files: files === '' ? null : files, lettered: new Set(lettered) };
}
