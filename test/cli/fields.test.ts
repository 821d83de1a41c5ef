/** Every field of an account, by option and by file: written, shown, edited, exported, applied, and refused where it is wrong. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeEmailCertificates, type EmailCertificates } from '../servers/email-certificates.ts';
import { accountFields, type Field, type FieldFiles } from './account-fields.ts';
import { Home } from './posthorn.ts';

let folder: string;
let certificates: EmailCertificates;
let home: Home;
let files: FieldFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-fields-'));
  certificates = await makeEmailCertificates(folder, ['you@example.org']);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const lists =
  'version: 1\naccessLists:\n  office:\n    - { user: anna, rights: write }\n    - { group: staff, rights: read }\n';

beforeEach(async () => {
  home = await Home.make(lists);
  const { pem: certificate, p12, certificateAlone: authority, keyAlone: key } = certificates;
  files = {
    ...{ certificate, p12, authority, key },
    text: await home.write('sig.txt', 'Anna\n'),
    otherText: await home.write('other.txt', 'Anna Beispiel\n'),
    password: await home.write('password', 'geheim\n'),
  };
});

afterEach(() => home.remove());

const plain = ['--in-security', 'none', '--out-security', 'none', '--password-env', 'SECRET'];
const servers = ['--email', 'you@example.org', '--in-host', '127.0.0.1', '--out-host', '127.0.0.1'];

/** What the field's words do not say themselves. */
function base({ type = 'imap' }: Field, words: readonly string[]): string[] {
  const given = (option: string): boolean => words.some((word) => word.startsWith(option));
  const rest = [...servers, ...plain].reduce<string[]>((kept, word, at, all) => {
    if (at % 2 === 1) return kept;
    return given(word.replace(/-env$/, '-')) || given(word)
      ? kept
      : [...kept, word, all[at + 1] ?? ''];
  }, []);
  return [...rest, ...(given('--type') ? [] : ['--type', type]), '--skip-test'];
}

const add = (field: Field, words: readonly string[]) =>
  home.run(['account', 'add', 'work', ...base(field, words), ...words], {
    ...(field.input === undefined ? {} : { input: field.input }),
  });

async function written(key: string): Promise<unknown> {
  const { accounts } = parse(await readFile(home.config, 'utf8')) as { accounts: { work: object } };
  return key.split('.').reduce<unknown>((found, word) => Object(found)[word], accounts.work);
}

/** The rows of account show, by their keys. */
async function shown(): Promise<Map<string, string>> {
  const { stdout, status } = await home.run(['account', 'show', 'work'], {
    env: { COLUMNS: '400' },
  });
  expect(status).toBe(0);
  const rows = stdout
    .split('\n')
    .slice(1)
    .map((line) => /^(\S.*?) {2,}(.*?)(?: {2,}\S+)?$/.exec(line));
  return new Map(
    rows.flatMap((row) => (row === null ? [] : [[row[1] ?? '', row[2]?.trim() ?? '']])),
  );
}

describe.each(accountFields.map((field) => [field.field, field] as const))('%s', (_, field) => {
  it('is taken, written, shown, edited, exported and applied', async () => {
    const added = await add(field, field.words(files));
    expect(added).toMatchObject({ status: 0 });
    for (const [key, value] of Object.entries(field.written(files)))
      expect([key, await written(key)]).toEqual([key, value]);
    const [row, value] = field.shown(files);
    expect((await shown()).get(row)).toBe(value);

    const exported = await home.run(['account', 'export']);
    const file = await home.write('exported.yaml', exported.stdout);
    const { document } = await home.json<{ accounts: unknown; general: unknown }>([
      ...['account', 'apply', file],
    ]);
    expect(document.accounts).toMatchObject([{ name: 'work', change: 'unchanged', keys: [] }]);
    expect(document.general).toEqual([]);

    const edited = await home.run(['account', 'edit', 'work', ...field.edit(files), '--skip-test']);
    expect(edited).toMatchObject({ status: 0 });
    expect((await shown()).get(row)).toBe(field.edited(files));
    expect(home.told.join('')).not.toContain('geheim');
  });

  it('refuses what it cannot be', async () => {
    const [words, refusal] = field.bad;
    const { status, stderr, stdout } = await add({ ...field, input: '' }, words);
    expect([64, 65, 74, 77, 78]).toContain(status);
    expect({ stderr, stdout }).toEqual({
      stderr: expect.stringContaining(refusal) as string,
      stdout: '',
    });
    expect(await readFile(home.config, 'utf8')).toBe(lists);
  });
});
