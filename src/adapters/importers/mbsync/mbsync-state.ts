/** The port for leaving to mbsync. */

import { join } from 'node:path';
import type { MbsyncState } from '../../../ports/accounts/mbsync-state.ts';
import { stanza } from './stanza.ts';
import { readNumbering, requireWhole, stateName, writeFolder } from './state-files.ts';

export const mbsyncState: MbsyncState = {
  numbering: async (directory) => {
    await requireWhole(join(directory, stateName));
    return readNumbering(directory);
  },
  write: writeFolder,
  stanza,
};
