/** What another program remembers of the accounts that are imported: looked at before anything is saved, taken over afterwards. */

import type { Neighbours } from '../../app/neighbours.ts';
import { takeOver, type TakenOver } from '../../app/state-care/take-over.ts';
import { errorJson } from '../../app/sync/report-json.ts';
import type { Config } from '../../config/read/config.ts';
import {
  asPosthornError,
  ConfigurationError,
  gravest,
  UsageError,
  type ExitStatus,
} from '../../errors.ts';
import type { FormerAccount } from '../../ports/accounts/former-state.ts';
import type { Importer, ImportKind } from '../../ports/accounts/importer.ts';
import type { Run } from '../world.ts';
import type { SoundImport } from './sound-import.ts';

/** Refused as a whole where mail lies as no layout can say, so that nothing is half imported. */
export function formerOf(
  importer: Importer,
  kind: ImportKind | 'yaml',
  text: string,
  { file, run, config }: { readonly file: string; readonly run: Run; readonly config: Config },
): readonly FormerAccount[] {
  const { homedir: home, env } = run.world;
  const former = kind === 'yaml' ? undefined : importer.former(kind, text, { home, env });
  if (former === undefined)
    throw new UsageError(
      `--with-state is for mbsync and offlineimap; ${file} is of the kind ${kind}`,
    );
  const { layout } = config.settings;
  const other = former.find((each) => each.layout !== layout);
  if (other !== undefined)
    throw new ConfigurationError(
      `${file}:${String(other.line)}: its folders are laid out as ${other.layout}, and options.layout is ${layout}, for all accounts`,
      { reach: 'program', remedy: `Set options.layout: ${other.layout}; nothing was changed.` },
    );
  return former;
}

/** Lines that say that state is not taken over. */
const aboutState = new Set(['syncstate', 'subfolders', 'metadata', 'status_backend', 'sep']);

export function withoutState(sound: SoundImport): SoundImport {
  const leftOver = sound.leftOver.filter(({ what }) => !aboutState.has(what.toLowerCase()));
  return { ...sound, leftOver };
}

export interface TakingOver {
  /** Gravest of all, once they are taken. */
  readonly status: ExitStatus;
  /** Each for itself: what fails with one account is told, and the next one is taken. */
  takeAll(saved: Config): Promise<{ readonly states: readonly unknown[] }>;
}

export function takingOver(
  run: Run,
  neighbours: Neighbours,
  { accounts }: SoundImport,
  former: readonly FormerAccount[],
): TakingOver {
  const statuses: ExitStatus[] = [];
  const takeOne = async (saved: Config, name: string, state: FormerAccount) => {
    const account = saved.accounts.get(name);
    if (account === undefined) return [];
    const { signal } = run.world;
    try {
      const taken = await takeOver(account, state, neighbours, {
        settings: saved.settings,
        signal,
      });
      tell(run, name, taken);
      return [{ account: name, ...taken, error: null }];
    } catch (thrown) {
      const error = asPosthornError(thrown);
      signal.throwIfAborted();
      error.account ??= name;
      statuses.push(error.exitStatus);
      run.output.error(error);
      run.output.note(`${name}: its state was not taken over. Run: posthorn state rebuild ${name}`);
      return [{ account: name, folders: [], left: [], error: errorJson(error) }];
    }
  };
  return {
    get status() {
      return gravest(statuses);
    },
    takeAll: async (saved) => {
      const states: unknown[] = [];
      for (const { name, line } of accounts) {
        const state = former.find((each) => each.line === line);
        if (state !== undefined) states.push(...(await takeOne(saved, name, state)));
      }
      return { states };
    },
  };
}

function tell({ output }: Run, name: string, { folders, left }: TakenOver): void {
  const messages = folders.reduce((sum, each) => sum + each.messages, 0);
  output.note(
    `${name}: ${String(messages)} messages in ${String(folders.length)} folders are known`,
  );
  for (const { remote, doubtful } of folders)
    if (doubtful > 0)
      output.note(
        `${name}: ${remote}: ${String(doubtful)} are compared or fetched by the first sync`,
      );
  for (const { remote, why } of left) output.warn(`${name}: ${remote}: ${why}`);
}
