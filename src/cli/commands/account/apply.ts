/** posthorn account apply and export: the accounts as a file, in and out. */

import { Option, type Command } from 'commander';
import { exportAccounts, exportText } from '../../../config/show/export.ts';
import { readConfigFile } from '../../../config/read/find.ts';
import { readPartialText } from '../../../config/read/partial.ts';
import type { FileEntry } from '../../../config/schema/schema.ts';
import { DataError } from '../../../errors.ts';
import type { Act } from '../../act.ts';
import { examples } from '../../terminal/examples.ts';
import { readGivenFile } from '../../provisioning/given-file.ts';
import { provision } from '../../provisioning/provision.ts';
import { accountsMeant, readConfig, withNeighbours } from '../../session.ts';
import type { Run } from '../../world.ts';

interface ApplyFlags {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly test?: boolean;
}

export function registerApply(command: Command, act: Act): void {
  command
    .command('apply')
    .argument('<file>', 'YAML as in the configuration; - for standard input')
    .description('make the configuration hold what the file says; twice is the same as once')
    .addOption(new Option('--dry-run', 'say what would change, and change nothing'))
    .addOption(
      new Option(
        '--prune',
        'remove the accounts that the file does not name; their mail and state stay',
      ),
    )
    .addOption(
      new Option(
        '--test',
        'test what is added or changed first, and save nothing where that fails',
      ),
    )
    .addHelpText(
      'after',
      examples(
        'posthorn account apply accounts.yaml --dry-run',
        'make-accounts | posthorn account apply - --prune --yes',
      ),
    )
    .action(act(apply));
  command
    .command('export')
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .description(
      'print accounts as YAML that apply takes; where a password comes from, never the password',
    )
    .addHelpText(
      'after',
      examples('posthorn account export > accounts.yaml', 'posthorn account export @office --json'),
    )
    .action(act(exportSome));
}

async function apply(run: Run, file: string, flags: ApplyFlags): Promise<number> {
  const config = await readConfig(run, { allowMissing: true });
  const wanted = entryOf(await readGivenFile(run, file), file);
  if (flags.prune === true && Object.keys(wanted.accounts ?? {}).length === 0)
    throw new DataError(`${named(file)} names no account, and --prune would remove them all`, {
      reach: 'program',
      remedy: 'Check the file; posthorn account remove removes accounts.',
    });
  return withNeighbours(run, config, (neighbours) =>
    provision(run, config, neighbours, {
      wanted,
      prune: flags.prune === true,
      dryRun: flags.dryRun === true,
      test: flags.test === true,
    }),
  );
}

function named(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** DataError (65) for the first problem, with its line; all of them in its detail. */
export function entryOf(text: string, file: string): FileEntry {
  const { entry, problems } = readPartialText(text);
  const [first, ...others] = problems.map(({ line, column, message, remedy, suggestion }) => {
    const place = line === undefined ? '' : `:${String(line)}:${String(column ?? 1)}`;
    const meant = suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`;
    return { line: `${named(file)}${place}: ${message}${meant}`, remedy };
  });
  if (first === undefined) return entry;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more: --verbose)`;
  throw new DataError(`${first.line}${more}`, {
    reach: 'program',
    remedy: first.remedy ?? 'Correct the file.',
    detail: [first, ...others].map(({ line }) => line).join('\n'),
  });
}

async function exportSome(run: Run, names: readonly string[]): Promise<number> {
  const config = await readConfig(run);
  const meant = accountsMeant(config, names).map(({ name }) => name);
  const { text } = await readConfigFile(config.path);
  const file = exportAccounts(text, meant);
  if (run.output.json) run.output.document({ ...file });
  else run.output.line(exportText(file).trimEnd());
  return 0;
}
