/** Every field of an account, by option and by file: written, shown, edited, exported, applied, and refused where it is wrong. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeEmailCertificates } from '../../servers/email-certificates.ts';
import { accountFields, type Field, type FieldFiles } from './fields.ts';
import { documentIn, Home } from '../running/posthorn.ts';
import { Resident } from '../running/resident.ts';

let folder: string;
let home: Home;
let posthorn: Resident;
let files: FieldFiles;

/** One home for all of them: an account a field, so that export and apply are tried once, on everything. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-fields-'));
  home = await Home.make(lists);
  posthorn = await Resident.start(home);
  const made = await makeEmailCertificates(folder, ['you@example.org']);
  files = {
    certificate: made.pem,
    p12: made.p12,
    authority: made.certificateAlone,
    key: made.keyAlone,
    text: await home.write('sig.txt', 'Anna\n'),
    otherText: await home.write('other.txt', 'Anna Beispiel\n'),
    password: await home.write('password', 'geheim\n'),
  };
}, 60_000);

afterAll(async () => {
  await posthorn.stop();
  await home.remove();
  await rm(folder, { recursive: true, force: true });
});

const lists =
  'version: 1\naccessLists:\n  office:\n    - { user: anna, rights: write }\n    - { group: staff, rights: read }\n';

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

const add = (name: string, field: Field, words: readonly string[], input = field.input) =>
  posthorn.run(
    ['account', 'add', name, ...base(field, words), ...words],
    input === undefined ? {} : { input },
  );

async function written(name: string, key: string): Promise<unknown> {
  const file = parse(await readFile(home.config, 'utf8')) as { accounts: Record<string, object> };
  return key
    .split('.')
    .reduce<unknown>((found, word) => Object(found)[word], file.accounts[name] ?? {});
}

/** The rows of account show, by their keys. */
async function shown(name: string): Promise<Map<string, string>> {
  const { stdout, status } = await posthorn.run(['account', 'show', name]);
  expect(status).toBe(0);
  const rows = stdout
    .split('\n')
    .slice(1)
    .map((line) => /^(\S.*?) {2,}(.*?)(?: {2,}\S+)?$/.exec(line));
  return new Map(
    rows.flatMap((row) => (row === null ? [] : [[row[1] ?? '', row[2]?.trim() ?? '']])),
  );
}

const table = accountFields.map((field, at) => [field.field, field, `f${String(at)}`] as const);

describe('a field is taken, written and shown', () => {
  it.each(table)('%s', async (_, field, name) => {
    const added = await add(name, field, field.words(files));
    expect(added).toMatchObject({ status: 0 });
    for (const [key, value] of Object.entries(field.written(files)))
      expect([key, await written(name, key)]).toEqual([key, value]);
    const [row, value] = field.shown(files);
    expect((await shown(name)).get(row)).toBe(value);
  });

  it('all of them are exported; what is exported changes nothing when it is applied', async () => {
    const { stdout } = await posthorn.run(['account', 'export']);
    const file = await home.write('exported.yaml', stdout);
    const before = await readFile(home.config, 'utf8');
    const document = documentIn<{
      accounts: { name: string; change: string }[];
      general: unknown;
    }>(await posthorn.run(['account', 'apply', file, '--json']));
    expect(document.accounts.filter(({ change }) => change !== 'unchanged')).toEqual([]);
    expect(document.accounts).toHaveLength(table.length);
    expect(document.general).toEqual([]);
    expect(await readFile(home.config, 'utf8')).toBe(before);
  });
});

describe('a field is edited', () => {
  it.each(table)('%s', async (_, field, name) => {
    const edited = await posthorn.run([
      'account',
      'edit',
      name,
      ...field.edit(files),
      '--skip-test',
    ]);
    expect(edited).toMatchObject({ status: 0 });
    expect((await shown(name)).get(field.shown(files)[0])).toBe(field.edited(files));
  });

  it('and no password was ever shown', () => {
    expect(home.told.join('')).not.toMatch(/geheim(?!')/);
  });
});

describe('a field refuses what it cannot be', () => {
  it.each(table)('%s', async (_, field) => {
    const before = await readFile(home.config, 'utf8');
    const [words, refusal] = field.bad;
    const { status, stderr, stdout } = await add('work', field, words, '');
    expect([64, 65, 74, 77, 78]).toContain(status);
    expect(stderr).toContain(refusal);
    expect(stdout).toBe('');
    expect(await readFile(home.config, 'utf8')).toBe(before);
  });
});
