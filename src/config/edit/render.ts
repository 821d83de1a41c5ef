/** Values as YAML text, the way a person would write them into this file. */
import { Document, isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import type { YAMLSeq } from 'yaml';

export type ConfigValue = string | number | boolean | readonly ConfigValue[] | ConfigMapping;

export interface ConfigMapping {
  readonly [key: string]: ConfigValue | undefined;
}

/** Long lines stay whole: a fold within a text would change nothing but the reader's mind. */
const whole = { lineWidth: 0, flowCollectionPadding: true } as const;

/** Lines with a line break at the end; passwords and lists of words on one line, a list of mappings item by item. */
export function renderBlock(value: ConfigValue): string {
  const document = documentOf(value);
  visit(document, {
    Pair(_, pair) {
      const password = isPair(pair) && String(pair.key) === 'password';
      if ((isMap(pair.value) && password) || isListOfWords(pair.value)) pair.value.flow = true;
    },
    Map(key, map) {
      const ofScalars = map.items.every(({ value: each }) => isScalar(each));
      if (typeof key === 'number' && ofScalars) map.flow = true;
    },
  });
  return document.toString(whole);
}

function isListOfWords(node: unknown): node is YAMLSeq {
  return isSeq(node) && node.items.every((each) => !isMap(each));
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
