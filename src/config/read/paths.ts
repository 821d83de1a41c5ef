/** Which configuration file is meant and which folders go with it (XDG Base Directory Specification 0.8); pure, given the environment. */
import { createHash } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import type { Places } from './config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything about this process that decides where things are. */
export interface ConfigSource {
  readonly env: Environment;
  /** os.homedir(), for the case that HOME is not set. */
  readonly homedir: string;
  /** Folder that a relative `configFile` starts at; absolute. */
  readonly cwd: string;
  /** What `--config` said. */
  readonly configFile?: string | undefined;
}

/** Served to all users of the machine, read when the user has none. */
export const systemConfigFile = '/etc/posthorn/config.yaml';

export interface Locations {
  readonly home: string;
  /** Named by `--config` or `$POSTHORN_CONFIG`; absolute. No other file is then looked for. */
  readonly explicitFile: string | undefined;
  /** Where a file is made when there is none. */
  readonly userFile: string;
  /** Without the folder of an explicit file. */
  readonly base: Places;
}

export function locations(source: ConfigSource): Locations {
  const { env } = source;
  const home = absolute(env['HOME']) ?? source.homedir;
  const named = [source.configFile, env['POSTHORN_CONFIG']].find(
    (file) => file !== undefined && file !== '',
  );
  return {
    home,
    explicitFile: named === undefined ? undefined : fromShell(named, home, source.cwd),
    userFile: join(
      absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config'),
      'posthorn',
      'config.yaml',
    ),
    base: {
      stateDir: join(absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state'), 'posthorn'),
      secretsDir: join(
        absolute(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share'),
        'posthorn',
        'secrets',
      ),
      runtimeDir: optionalJoin(absolute(env['XDG_RUNTIME_DIR']), 'posthorn'),
    },
  };
}

/**
 * The folders of one configuration file. A file named outright gets folders of its own, by a hash of its real path, so
 * that a trial setup never meets the state or the secrets of the everyday one. The user's own file named outright
 * (`realPath` equal to `realUserPath`) is still the user's: two states for one file would fetch everything twice.
 */
export function placesFor(found: Locations, realPath: string, realUserPath: string): Places {
  if (found.explicitFile === undefined || realPath === realUserPath) return found.base;
  const folder = createHash('sha256').update(realPath).digest('hex').slice(0, 16);
  const { stateDir, secretsDir, runtimeDir } = found.base;
  return {
    stateDir: join(stateDir, folder),
    secretsDir: join(secretsDir, folder),
    runtimeDir: optionalJoin(runtimeDir, folder),
  };
}

/** "All paths set in these environment variables must be absolute": any other is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** A tilde that the shell left alone (`--config=~/x`, environment files of units) is meant as the home folder. */
function fromShell(path: string, home: string, cwd: string): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(cwd, path);
}

function optionalJoin(base: string | undefined, name: string): string | undefined {
  return base === undefined ? undefined : join(base, name);
}
