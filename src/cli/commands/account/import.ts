/** posthorn account import: the accounts of other programs, their passwords into the store, and what is left over. */

import { Option, type Command } from 'commander';
import { mapBounded } from '../../../app/bounded.ts';
import { leftOverLine, type NamedImport } from '../../../app/accounts/import-accounts.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import type { Config } from '../../../config/read/config.ts';
import type { FileEntry } from '../../../config/schema/schema.ts';
import { asPosthornError, DataError, UsageError, type PosthornError } from '../../../errors.ts';
import type { Imported } from '../../../ports/accounts/importer.ts';
import type { Act } from '../../act.ts';
import { examples } from '../../terminal/examples.ts';
import { readGivenFile } from '../../provisioning/given-file.ts';
import { provision, type Provisioning } from '../../provisioning/provision.ts';
import { formerOf, takingOver, withoutState } from '../../provisioning/taking-over.ts';
import { readConfig, withNeighbours } from '../../session.ts';
import { soundImport, type SoundImport } from '../../provisioning/sound-import.ts';
import { printable } from '../../../printable.ts';
import type { Run } from '../../world.ts';
import { entryOf } from './apply.ts';

const kinds = [
  'mbsyncrc',
  'offlineimaprc',
  'getmailrc',
  'fetchmailrc',
  'msmtprc',
  'csv',
  'yaml',
] as const;

interface ImportFlags {
  readonly from?: (typeof kinds)[number];
  readonly prefix?: string;
  readonly dryRun?: boolean;
  readonly test?: boolean;
  readonly withState?: boolean;
}

export function registerImport(command: Command, act: Act): void {
  command
    .command('import')
    .argument(
      '<files...>',
      'configurations of mbsync, offlineimap, getmail, fetchmail or msmtp, CSV or YAML; - for standard input',
    )
    .description(
      'take over accounts; passwords that stand in the file go to the store, what cannot be carried over is listed',
    )
    .addOption(
      new Option('--from <kind>', 'what the file is (default: by its name or content)').choices(
        kinds,
      ),
    )
    .addOption(new Option('--prefix <text>', 'put this before the name of each account'))
    .addOption(
      new Option(
        '--with-state',
        'mbsync and offlineimap: also take over their mail and what they remember of it, so that nothing is transferred again',
      ),
    )
    .addOption(new Option('--dry-run', 'say what would be imported, and change nothing'))
    .addOption(new Option('--test', 'test the accounts first, and save nothing where that fails'))
    .addHelpText(
      'after',
      examples(
        'posthorn account import ~/.mbsyncrc --dry-run',
        'posthorn account import ~/.mbsyncrc --with-state',
        'posthorn account import people.csv',
      ),
    )
    .action(act(importFiles));
}

/** One after the other: the second may take names that the first has taken. What failed stops those behind it. */
async function importFiles(
  run: Run,
  files: readonly string[],
  flags: ImportFlags,
): Promise<number> {
  for (const file of files) {
    const status = await importFile(run, file, flags);
    if (status !== 0) return status;
  }
  return 0;
}

async function importFile(run: Run, file: string, flags: ImportFlags): Promise<number> {
  const config = await readConfig(run, { allowMissing: true });
  const text = await readGivenFile(run, file);
  const importer = await run.world.importer();
  const kind = flags.from ?? kindByName(file) ?? importer.kindOf(file, text);
  if (kind === undefined)
    throw new UsageError(`neither its name nor its content says what ${file} is`, {
      remedy: `Add --from: ${kinds.join(', ')}.`,
    });
  const withState = flags.withState === true;
  const former = withState ? formerOf(importer, kind, text, { file, run, config }) : [];
  if (kind === 'yaml') {
    const options = { prune: false, dryRun: flags.dryRun === true, test: flags.test === true };
    return withNeighbours(run, config, (neighbours) =>
      provision(run, config, neighbours, { wanted: entryOf(text, file), ...options }),
    );
  }
  const imported = parsed(() => importer.parse(kind, text, file), file);
  return withNeighbours(run, config, async (neighbours) => {
    const { prefix = '' } = flags;
    const source = { kind, file, prefix, withState };
    const sound = await soundImport(imported, source, config, neighbours.roots);
    const states = takingOver(run, neighbours, sound, former);
    const known = withState ? withoutState(sound) : sound;
    const status = await take(run, config, neighbours, known, {
      file,
      flags,
      afterwards: (saved) => states.takeAll(saved),
    });
    return status === 0 ? states.status : status;
  });
}

function kindByName(file: string): 'yaml' | undefined {
  return /\.ya?ml$/i.test(file) ? 'yaml' : undefined;
}

/** What a parser refuses is told with the file's name. */
function parsed(parse: () => Imported, file: string): Imported {
  try {
    return parse();
  } catch (thrown) {
    const error: PosthornError = asPosthornError(thrown);
    if (!(error instanceof DataError) || error.message.startsWith(file)) throw error;
    const { remedy, detail } = error;
    throw new DataError(`${file}: ${error.message}`, {
      reach: 'program',
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

interface Taking {
  readonly file: string;
  readonly flags: ImportFlags;
  readonly afterwards: NonNullable<Provisioning['afterwards']>;
}

/** Their flushes to disk overlap. */
const storedAtOnce = 64;

async function take(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  { accounts, leftOver, defaultAccount }: SoundImport,
  { file, flags, afterwards }: Taking,
): Promise<number> {
  const entries = accounts.map(({ name, entry }) => [name, entry] as const);
  const wanted: FileEntry = {
    accounts: Object.fromEntries(entries),
    ...(defaultAccount === undefined ? {} : { defaultAccount }),
  };
  const made: string[] = [];
  const status = await provision(run, config, neighbours, {
    wanted,
    prune: false,
    dryRun: flags.dryRun === true,
    test: flags.test === true,
    afterwards,
    document: { leftOver: leftOver.map((each) => ({ file, ...each })) },
    prepare: (idOf) => storeSecrets(accounts, idOf, neighbours, made),
    undo: async () => {
      for (const id of made) await neighbours.secrets.forget(id);
    },
  });
  if (!run.output.json && status === 0)
    for (const each of leftOver) run.output.line(printable(leftOverLine(file, each)));
  return status;
}

/** `made` gets the ids of new accounts: an account that was there keeps what is stored for it. */
async function storeSecrets(
  accounts: readonly NamedImport[],
  idOf: (name: string) => Promise<string>,
  { secrets }: Neighbours,
  made: string[],
): Promise<void> {
  const failed: unknown[] = [];
  await mapBounded(accounts, storedAtOnce, async ({ name, joins, secrets: given }) => {
    try {
      for (const server of ['incoming', 'outgoing'] as const) {
        const secret = given[server];
        if (secret === undefined || failed.length > 0) continue;
        const accountId = await idOf(name);
        if (!joins) made.push(accountId);
        await secrets.store({ accountId, server }, secret, 'file');
      }
    } catch (error) {
      failed.push(error);
    }
  });
  if (failed.length > 0) throw failed[0];
}
