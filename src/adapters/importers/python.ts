/** The few forms of Python that stand in configurations: texts, tuples of texts, and the usual ways to read a password. */

import type { ImportedPassword } from '../../ports/accounts/importer.ts';

const text = String.raw`(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')`;

/** `"text"` or `'text'`, nothing around it. */
export function pythonText(source: string): string | undefined {
  const found = new RegExp(`^\\s*${text}\\s*$`).exec(source);
  return found === null ? undefined : unescaped(found[1] ?? found[2] ?? '');
}

/** `("a", "b",)` or `["a", "b"]`; undefined where something else than texts stands in it. */
export function pythonList(source: string): string[] | undefined {
  const inner = /^\s*[([]([\s\S]*)[)\]]\s*$/.exec(source)?.[1];
  if (inner === undefined) return undefined;
  const items = new RegExp(`\\s*${text}\\s*(?:,|$)`, 'gy');
  const words: string[] = [];
  let end = 0;
  for (const found of inner.matchAll(items)) {
    words.push(unescaped(found[1] ?? found[2] ?? ''));
    end = found.index + found[0].length;
  }
  return inner.slice(end).trim() === '' ? words : undefined;
}

/** An expression whose value is a password, where it says plainly what is run or read. */
export function pythonPassword(source: string): ImportedPassword | undefined {
  const bare = source
    .trim()
    .replace(/(?:\.(?:strip|rstrip|decode|read|splitlines)\([^()]*\)|\[0\])+$/, '');
  const variable =
    /^os\.(?:environ\[|environ\.get\(|getenv\()\s*["']([A-Za-z_]\w*)["']\s*[\])]$/.exec(bare)?.[1];
  if (variable !== undefined) return { env: variable };
  const file = /^open\((.*)\)$/.exec(bare)?.[1];
  const path = file === undefined ? undefined : pythonText(file.replace(/,\s*["']r["']\s*$/, ''));
  if (path !== undefined) return { file: path };
  const call =
    /^(?:subprocess\.(?:check_output|getoutput)|os\.popen|commands\.getoutput)\(([\s\S]*)\)$/.exec(
      bare,
    )?.[1];
  if (call === undefined) return undefined;
  const argument = call.replace(/(?:,\s*(?:shell|text|universal_newlines)\s*=\s*True\s*)+$/, '');
  const command = pythonText(argument) ?? pythonList(argument);
  return command === undefined || command.length === 0 ? undefined : { command };
}

function unescaped(source: string): string {
  return source.replaceAll(/\\(.)/gs, (_, sign: string) =>
    sign === 'n' ? '\n' : sign === 't' ? '\t' : sign,
  );
}
