/** The linter refuses files that import in a circle, by whatever kind of import, and says how it goes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const ruleFile: string = '../scripts/circle-rule.js';
const { circleRule } = (await import(ruleFile)) as { circleRule: unknown };
const config = {
  files: ['**/*.ts'],
  languageOptions: { parser: tseslint.parser },
  plugins: { posthorn: { rules: { circles: circleRule } } },
  rules: { 'posthorn/circles': 'error' },
} as unknown as Linter.Config;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-circles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What the rule says of each file, in the order of their names. */
async function complaints(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const linter = new Linter({ cwd: folder });
  return Object.entries(files).flatMap(([name, text]) =>
    linter.verify(text, config, join(folder, name)).map(({ message }) => message),
  );
}

describe('the rule on circles', () => {
  it('passes on none, also where two ways lead to one file', async () => {
    const files = {
      'a.ts': `import { b } from './b.ts';\nimport type { C } from './c.ts';\nimport 'node:fs';`,
      'b.ts': `export { C } from './c.ts';`,
      'c.ts': `export type C = 'd' | './a.ts';`,
    };
    expect(await complaints(files)).toEqual([]);
  });

  it.each([
    [`import { b } from './b.ts';`, `import { a } from './a.ts';`],
    [`import type { b } from './b.ts';`, `import type { a } from './a.ts';`],
    [`import { type b } from './b.ts';`, `export type { a } from './a.ts';`],
    [`export * from './b.ts';`, `export { a } from './a.ts';`],
    [`await import('./b.ts');`, `import './a.ts';`],
    [`type B = import('./b.ts').B;`, `import { a } from './a.ts';`],
  ])('fails on two files: %s %s', async (a, b) => {
    expect(await complaints({ 'a.ts': a, 'b.ts': b })).toEqual([
      'Imports in a circle: a.ts → b.ts → a.ts.',
      'Imports in a circle: b.ts → a.ts → b.ts.',
    ]);
  });

  it('fails on three files, and not on what leads into the circle', async () => {
    const files = {
      'a.ts': `import { b } from './b.ts';`,
      'b.ts': `import type { c } from './c.ts';`,
      'c.ts': `import { a } from './a.ts';`,
      'into.ts': `import { a } from './a.ts';`,
    };
    expect(await complaints(files)).toEqual([
      'Imports in a circle: a.ts → b.ts → c.ts → a.ts.',
      'Imports in a circle: b.ts → c.ts → a.ts → b.ts.',
      'Imports in a circle: c.ts → a.ts → b.ts → c.ts.',
    ]);
  });

  it('fails on a file that imports itself', async () => {
    expect(await complaints({ 'a.ts': `import { a } from './a.ts';` })).toEqual([
      'Imports in a circle: a.ts → a.ts.',
    ]);
  });

  it('finds none in src/, where nothing can switch it off', { timeout: 60_000 }, async () => {
    const linter = new ESLint({
      cwd: root,
      overrideConfig: [tseslint.configs.disableTypeChecked],
      ruleFilter: ({ ruleId }) => ruleId === 'posthorn/circles',
    });
    const results = await linter.lintFiles(['src']);
    const rules = (await linter.calculateConfigForFile(join(root, 'src/main.ts'))) as {
      rules: Record<string, unknown>;
      linterOptions: Record<string, unknown>;
    };
    expect(rules.rules['posthorn/circles']).toEqual([2]);
    expect(rules.linterOptions['noInlineConfig']).toBe(true);
    expect(results.length).toBeGreaterThan(300);
    expect(results.flatMap(({ messages }) => messages).map(({ message }) => message)).toEqual([]);
  });
});
