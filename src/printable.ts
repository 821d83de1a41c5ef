/** Text from strangers made fit to be shown: it must not move a terminal's cursor, or look like something else. */

// C0, DEL and C1 steer terminals; the Unicode line separators and bidirectional controls disguise what is shown.
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Each unsafe character as `?`; line breaks and tabs are among them. */
export function printable(text: string): string {
  return text.replace(unsafe, '?');
}

/** The same for a text of several lines: `\n` and `\t` stay. */
export function printableLines(text: string): string {
  return text.replaceAll(/[^\n\t]+/g, printable);
}

/** JSON with every control character escaped: JSON.stringify leaves DEL and C1 as they are, and ESC [ has a C1 form. */
export function printableJson(value: unknown, indent = 0): string {
  const escaped = (control: string): string =>
    `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replace(/[\x7f-\x9f]/g, escaped);
}
