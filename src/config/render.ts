/** Values as YAML text, the way a person would write them into this file. */
import { Document, isMap, isPair, isSeq, visit } from 'yaml';

export type ConfigValue = string | number | boolean | readonly ConfigValue[] | ConfigMapping;

export interface ConfigMapping {
  readonly [key: string]: ConfigValue | undefined;
}

/** Long lines stay whole: a fold within a text would change nothing but the reader's mind. */
const whole = { lineWidth: 0, flowCollectionPadding: true } as const;

/** Lines with a line break at the end; lists and passwords on one line, as in the examples. */
export function renderBlock(value: ConfigValue): string {
  const document = documentOf(value);
  visit(document, {
    Pair(_, pair) {
      const password = isPair(pair) && String(pair.key) === 'password';
      if ((isMap(pair.value) && password) || isSeq(pair.value)) pair.value.flow = true;
    },
  });
  return document.toString(whole);
}

/** One line without a line break, good within a flow collection too. */
export function renderFlow(value: ConfigValue): string {
  const document = documentOf([value]);
  if (isSeq(document.contents)) document.contents.flow = true;
  const list = document.toString({ ...whole, blockQuote: false }).trimEnd();
  return list.slice('[ '.length, -' ]'.length);
}

function documentOf(value: ConfigValue): Document {
  return new Document(withoutUndefined(value), {
    schema: 'core',
    version: '1.2',
    aliasDuplicateObjects: false,
  });
}

function withoutUndefined(value: ConfigValue): ConfigValue {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each: ConfigValue) => withoutUndefined(each));
  const kept = Object.entries(value as ConfigMapping).flatMap(([key, below]) =>
    below === undefined ? [] : [[key, withoutUndefined(below)] as const],
  );
  return Object.fromEntries(kept);
}
