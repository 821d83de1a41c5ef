/** config check: the files that accounts name. It runs no command for a password, and what has merely expired is a warning. */

import { mapBounded } from '../../app/bounded.ts';
import { checkFiles, type FileVerdict } from '../../app/accounts/check-files.ts';
import type { Problem } from '../../config/read/config.ts';
import { readConfigFile } from '../../config/read/find.ts';
import { loadConfig } from '../../config/read/load.ts';
import { problemAt } from '../../config/read/yaml-file.ts';
import { writtenKeys } from '../../config/edit/key-changes.ts';
import { printable } from '../../printable.ts';
import { withNeighbours } from '../session.ts';
import { configSource, type Run } from '../world.ts';

export interface NamedFiles {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

export const none: NamedFiles = { problems: [], warnings: [] };

const accountsAtOnce = 8;

/** The configuration must hold. */
export async function checkNamedFiles(run: Run): Promise<NamedFiles> {
  const config = await loadConfig(configSource(run));
  const { text } = await readConfigFile(config.path);
  const { signal } = run.world;
  const found = await withNeighbours(run, config, (neighbours) =>
    mapBounded([...config.accounts.values()], accountsAtOnce, async (account) => {
      const checks = { signal, runCommands: false, expired: 'warning' } as const;
      const verdicts = await checkFiles(account, account.id ?? null, neighbours, checks);
      return verdicts.map((verdict) => ({ name: account.name, verdict }));
    }),
  );
  const all = found.flat();
  return {
    problems: all.flatMap(({ name, verdict }) => problemOf(text, name, verdict)),
    warnings: all.flatMap(({ name, verdict }) => warningOf(name, verdict)),
  };
}

function problemOf(text: string, name: string, { key, error }: FileVerdict): Problem[] {
  if (error === null) return [];
  const { own } = writtenKeys(text, name);
  const section = own.has(key) ? ['accounts', name] : ['defaults'];
  const problem = problemAt(text, [...section, ...key.split('.')], `${name}: ${error.message}`);
  return [{ ...problem, remedy: error.remedy }];
}

function warningOf(name: string, { key, path, level, text }: FileVerdict): string[] {
  return level === 'warning' ? [`${name}: ${key}: ${path}: ${printable(text ?? '')}`] : [];
}
