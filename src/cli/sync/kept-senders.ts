/** Who may send, as it was kept for this very configuration: loads neither YAML nor the schema. */

import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigLocation } from '../../config/read/config.ts';
import { findConfig, readConfigFile, type FileText } from '../../config/read/find.ts';
import { keptSenders, sendersFile, sendersFrom, type Basis } from '../../config/read/senders.ts';
import type { Senders } from '../../core/outbox/senders.ts';
import { configSource, type QueueingWorld, type Run } from '../world.ts';

export interface SendersKept extends FileText {
  readonly location: ConfigLocation;
  /** Null where the configuration has to be read strictly. */
  readonly senders: Senders | null;
}

/** Errors as loadConfig, but for what the text says. */
export async function readKeptSenders(run: Run<QueueingWorld>): Promise<SendersKept> {
  const location = await findConfig(configSource(run));
  const file = await readConfigFile(location.path);
  const senders = file.exists ? await lookUp(run, location, file.text) : null;
  return { ...file, location, senders };
}

async function lookUp(
  { world }: Run<QueueingWorld>,
  location: ConfigLocation,
  text: string,
): Promise<Senders | null> {
  try {
    const reading = readFile(fileOf(location), 'utf8');
    const [file, basis] = await Promise.all([reading, basisOf(world.build, location, text)]);
    return basis && sendersFrom(file, basis);
  } catch {
    return null;
  }
}

/** Nothing but time is lost where it can't be written, or does not survive: its seal tells whether it is whole. */
export async function keepSenders(
  { world }: Run,
  senders: Senders,
  { location, text }: Pick<SendersKept, 'location' | 'text'>,
): Promise<void> {
  const path = fileOf(location);
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    const basis = await basisOf(world.build, location, text);
    if (basis === null) return;
    await writeFile(temporary, keptSenders(senders, basis), { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function fileOf({ places }: ConfigLocation): string {
  return join(places.stateDir, sendersFile);
}

/** Null where it is not known which build this is: its schema may be another one. */
async function basisOf(
  build: string | undefined,
  location: ConfigLocation,
  text: string,
): Promise<Basis | null> {
  return build === undefined ? null : { text, location, build, state: await stateOf(location) };
}

/** Whoever takes the database away, or puts another in its place, takes the ids with it. */
async function stateOf({ places }: ConfigLocation): Promise<string> {
  const found = await stat(join(places.stateDir, 'state.db'), { bigint: true }).catch(() => null);
  return found === null ? 'none' : [found.dev, found.ino, found.birthtimeNs].join(' ');
}
