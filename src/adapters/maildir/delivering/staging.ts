/** Writes a batch to `tmp/`: each message whole, or not there at all. */

import type { Disk } from '../../../disk/disk.ts';
import { PosthornError } from '../../../errors.ts';
import type { Delivery, Staging } from '../../../ports/receiving/mail-store.ts';
import { hashOfKey } from '../file-names.ts';
import { writeWaiting } from './stream.ts';
import type { WholeBodies } from './whole-body.ts';
import type { Written } from './written.ts';

export interface StagingTools {
  readonly disk: Disk;
  readonly bodies: WholeBodies;
  /** A new name in `tmp/` for a message of this hash. */
  readonly temporaryName: (hash: string) => string;
}

export interface StagingPlace {
  /** Absolute: `tmp` of the folder. */
  readonly directory: string;
  /** Files of this batch lie there already. */
  readonly isBegun: boolean;
}

/**
 * Writes them in the order given. What a body throws that reaches `message` ends that one alone; after any
 * other error nothing of the batch is left, and the streams that were not begun are told that nobody reads them.
 */
export async function stageBatch(
  tools: StagingTools,
  { directory, isBegun }: StagingPlace,
  deliveries: readonly Delivery[],
): Promise<readonly Staging[]> {
  const begun: string[] = [];
  const stagings: Staging[] = [];
  try {
    for (const delivery of deliveries) {
      const path = `${directory}/${tools.temporaryName(hashOfKey(delivery.key))}`;
      begun.push(path);
      const { body } = delivery;
      // Where the disk hangs, the first file waits for it beside Node's thread: signals and other accounts are served meanwhile.
      const isFirst = begun.length === 1 && !isBegun;
      if (isFirst || body.kind === 'stream')
        stagings.push(await stageWaiting(tools, path, delivery));
      else stagings.push(staged(path, delivery, tools.bodies.write(path, body.octets, delivery)));
    }
    return stagings;
  } catch (error) {
    for (const path of begun) await tools.disk.unlink(path).catch(() => undefined);
    await refuseStreams(deliveries.slice(begun.length));
    throw error;
  }
}

async function stageWaiting(
  { disk }: StagingTools,
  path: string,
  delivery: Delivery,
): Promise<Staging> {
  try {
    return staged(path, delivery, await writeWaiting(disk, path, delivery));
  } catch (error) {
    if (!(error instanceof PosthornError && error.reach === 'message')) throw error;
    await disk.unlink(path).catch(() => undefined);
    return { kind: 'failed', error };
  }
}

/** Field by field, here as wherever an object is made for each message: one made by spreading takes ten times the memory. */
function staged(
  temporaryPath: string,
  { key, flags, letters }: Delivery,
  written: Written,
): Staging {
  const { wireSize, wireSha256, size, messageIdHash } = written;
  const whole = { key, flags, letters, temporaryPath, wireSize, wireSha256, size, messageIdHash };
  return { kind: 'staged', staged: whole };
}

async function refuseStreams(deliveries: readonly Delivery[]): Promise<void> {
  for (const { body } of deliveries)
    if (body.kind === 'stream')
      await body.chunks[Symbol.asyncIterator]()
        .return?.()
        .catch(() => undefined);
}
