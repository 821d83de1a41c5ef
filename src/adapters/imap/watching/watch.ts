/** News of folders while they last. */

import { InternalError } from '../../../errors.ts';
import type { FolderNews } from '../../../ports/receiving/mailbox-source.ts';

export function watch(): AsyncIterable<FolderNews> {
  throw new InternalError('not built yet');
}
