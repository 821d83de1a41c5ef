/** What the command line needs of the world around it; main joins the real one, tests another. */

import type { Neighbours } from '../app/neighbours.ts';
import type { Config, ConfigLocation } from '../config/read/config.ts';
import type { ConfigSource } from '../config/read/paths.ts';
import type { ServerCertificates } from '../ports/accounts/server-certificates.ts';
import type { Control } from '../ports/control.ts';
import type { Discovery } from '../ports/accounts/discovery.ts';
import type { Importer } from '../ports/accounts/importer.ts';
import type { MbsyncState } from '../ports/accounts/mbsync-state.ts';
import type { Inspector } from '../ports/inspector.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Output } from './terminal/output.ts';

export interface World {
  readonly version: string;
  /** Of another build the rules of the configuration may be others; undefined where that is not known. */
  readonly build?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly homedir: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Ends this run as SIGINT does: a terminal that asks a question hands Ctrl-C on as a key. */
  readonly interrupt: () => void;
  /** Joins the adapters for a configuration; none of them is loaded before it is used. */
  readonly neighbours: (location: ConfigLocation, warn: (text: string) => void) => Neighbours;
  /** Reads the configurations of other programs. */
  readonly importer: () => Promise<Importer>;
  readonly mbsync: () => Promise<MbsyncState>;
  readonly control: (location: ConfigLocation) => Control;
  readonly discovery: Discovery;
  readonly certificates: () => Promise<ServerCertificates>;
  readonly inspector: () => Inspector;
  /** Starts posthorn once more, in a process of its own that outlives this one; resolves with what it says on descriptor 3. */
  readonly detach: (args: readonly string[], options: DetachOptions) => Promise<string>;
  readonly runDemo: (options: {
    keep: boolean;
    color: boolean;
    columns: number;
  }) => Promise<number>;
}

export interface DetachOptions {
  /** File that takes its standard output and error, made 0600; `null` for nowhere. */
  readonly logFile: string | null;
  /** Wait for one line on descriptor 3, until it ends or this long. 0: do not wait. */
  readonly readyWithinMs: number;
}

/** As much of it as queues a finished message. */
export type QueueingWorld = Pick<
  World,
  'build' | 'env' | 'cwd' | 'homedir' | 'stdin' | 'stdout' | 'stderr' | 'signal' | 'detach'
> & {
  readonly control: (location: ConfigLocation) => Pick<Control, 'call'>;
  readonly neighbours: (
    location: ConfigLocation,
    warn: (text: string) => void,
  ) => Pick<Neighbours, 'clock' | 'outbox' | 'randomBytes'> & {
    readonly codec: Pick<Neighbours['codec'], 'submit'>;
  };
};

/** One run of one command. */
export interface Run<W extends QueueingWorld = World> {
  readonly world: W;
  readonly options: GlobalOptions;
  readonly output: Output;
}

export function configSource({ world, options }: Run<QueueingWorld>): ConfigSource {
  const { env, homedir, cwd } = world;
  return options.config === undefined
    ? { env, homedir, cwd }
    : { env, homedir, cwd, configFile: options.config };
}

/** Arguments that make another posthorn read the same configuration. */
export function sameConfig(config: Pick<Config, 'location' | 'path'>): string[] {
  return config.location.explicit ? ['--config', config.path] : [];
}
