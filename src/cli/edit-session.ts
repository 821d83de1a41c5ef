/** Changes the configuration file under the lock that keeps two posthorns from writing it at once. */

import type { Neighbours } from '../app/neighbours.ts';
import type { Config } from '../config/read/config.ts';
import { editConfig } from '../config/edit/save.ts';

/** Each edit of ten thousand accounts holds the lock for seconds. */
const waitMs = 60_000;

export async function changeConfig(
  config: Config,
  { lock }: Pick<Neighbours, 'lock'>,
  edit: (text: string) => string,
): Promise<Config> {
  return editConfig(config.location, edit, {
    withLock: async (change) => {
      const held = await lock.acquire('config', { waitMs });
      try {
        return await change();
      } finally {
        await held.release();
      }
    },
  });
}
