import { describe, expect, it } from 'vitest';
import { newAccountId } from '../../../src/core/account/account-id.ts';
import { knownKeys, nearest } from '../../../src/config/schema/nearest.ts';
import { configJsonSchema } from '../../../src/config/schema/schema.ts';

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
}

function* mappings(node: Node): Generator<Node> {
  if (node.properties !== undefined) yield node;
  const { additionalProperties: others } = node;
  const below = [
    ...Object.values(node.properties ?? {}),
    ...(node.anyOf ?? []),
    ...(typeof others === 'object' ? [others] : []),
  ];
  for (const each of below) yield* mappings(each);
}

describe('configJsonSchema', () => {
  const schema = configJsonSchema() as Node;

  it('is of draft 2020-12 and plain JSON', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'posthorn configuration',
    });
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it('closes every mapping and describes every key', () => {
    const all = [...mappings(schema)];
    expect(all.length).toBeGreaterThan(15);
    for (const mapping of all) {
      expect(mapping.additionalProperties).toBe(false);
      for (const [key, node] of Object.entries(mapping.properties ?? {})) {
        expect(node.description, key).toMatch(/\.$/);
      }
    }
  });

  it('gives durations as texts with a pattern', () => {
    const incoming = [...mappings(schema)].find(
      (each) => each.properties?.['interval'] !== undefined,
    );
    const { type, pattern = '' } = incoming?.properties?.['interval'] ?? {};
    expect(type).toBe('string');
    expect(['5m', 'never', '5'].map((text) => new RegExp(pattern).test(text))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('leaves the account without required keys: defaults may give them', () => {
    expect(JSON.stringify(schema)).not.toContain('"required":["host"');
  });
});

describe('nearest', () => {
  it.each([
    ['incomming', 'incoming'],
    ['adress', 'address'],
    ['hsot', 'host'],
    ['saveSnet', 'saveSent'],
    ['Identity', 'identity'],
    ['signature', undefined],
    ['x', undefined],
  ])('%s: %s', (word, expected) => {
    const known = ['incoming', 'address', 'host', 'saveSent', 'identity', 'id', 'tls'];
    expect(nearest(word, known)).toBe(expected);
  });

  it('knows the keys at a path', () => {
    expect(knownKeys(['accounts', 'any', 'outgoing', 'tls'])).toEqual([
      'ca',
      'fingerprint',
      'cert',
      'key',
    ]);
    expect(knownKeys(['defaults'])).not.toContain('id');
    expect(knownKeys(['version'])).toEqual([]);
  });
});

describe('newAccountId', () => {
  it('takes five bits of each byte', () => {
    expect(newAccountId(() => Uint8Array.from([0, 25, 26, 31, 32, 255]))).toBe('az27a7');
  });

  it('draws again where the id is taken', () => {
    const draws = [Uint8Array.from([0, 0, 0, 0, 0, 0]), Uint8Array.from([1, 1, 1, 1, 1, 1])];
    expect(newAccountId(() => draws.shift() ?? new Uint8Array(6), new Set(['aaaaaa']))).toBe(
      'bbbbbb',
    );
    expect(() => newAccountId((n) => new Uint8Array(n), new Set(['aaaaaa']))).toThrow(
      'repeats itself',
    );
  });
});
