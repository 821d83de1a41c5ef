/** What the linter demands: few rules, each for a mistake that has a price. The import table stands in import-table.js. */
import tseslint from 'typescript-eslint';
import { importTable } from './import-table.js';
import { circleRule } from './scripts/circle-rule.js';
import { importRule } from './scripts/import-rule.js';

const promises = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
};

const types = {
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      caughtErrors: 'none',
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      destructuredArrayIgnorePattern: '^_',
    },
  ],
};

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports alone: a thing has one name everywhere.',
};
const noBarrel = {
  selector: 'ExportAllDeclaration',
  message: 'No barrels: import from the file that holds it.',
};
const noLazyPackage = {
  selector: 'ImportExpression > Literal[value=/^(?![.]|node:|@inquirer\\u002F)/]',
  message: 'The bundle gives only `default` of a CommonJS package: import() a module of ours.',
};

/** The clock and randomness come into core as arguments, everything else of the machine not at all. */
const pure = {
  'no-restricted-globals': [
    'error',
    ...['process', 'Buffer', 'console', 'crypto', 'performance', 'fetch'],
    ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'The time comes in as an argument.' },
    { object: 'Math', property: 'random', message: 'Randomness comes in as an argument.' },
  ],
  'no-restricted-syntax': [
    'error',
    noDefaultExport,
    noBarrel,
    noLazyPackage,
    {
      selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
      message: 'The time comes in as an argument.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-unused-vars': types['@typescript-eslint/no-unused-vars'],
      'no-throw-literal': 'error',
      eqeqeq: ['error', 'smart'],
      'prefer-const': 'error',
      'no-var': 'error',
      'max-lines': ['error', 350],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: { ...promises, ...types },
  },
  {
    files: ['src/**/*.ts'],
    // A rule that is wrong for a file is changed here, where everyone sees it.
    linterOptions: { noInlineConfig: true },
    plugins: { posthorn: { rules: { imports: importRule, circles: circleRule } } },
    rules: {
      'posthorn/imports': ['error', importTable],
      'posthorn/circles': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-console': 'error',
      'max-lines-per-function': ['error', { max: 45, skipComments: true, skipBlankLines: true }],
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel, noLazyPackage],
    },
  },
  { files: ['src/core/**/*.ts'], rules: pure },
  // Mail written out is long, not deep.
  { files: ['src/demo/mail/*.ts'], rules: { 'max-lines-per-function': 'off' } },
);
