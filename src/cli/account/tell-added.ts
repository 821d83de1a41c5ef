/** What stands there once an account was added. */

import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import { noteRunningDaemon } from '../sync/daemon-note.ts';
import { homely } from '../terminal/text.ts';
import type { Run } from '../world.ts';

export async function tellAdded(
  run: Run,
  { name, path }: Account,
  id: string,
  config: Config,
): Promise<void> {
  const { home } = config.location;
  if (run.output.json) run.output.document({ added: { name, id, path }, config: config.path });
  else
    run.output.say(
      `${name}: added to ${homely(config.path, home)}; its mail will be in ${homely(path, home)}`,
    );
  await noteRunningDaemon(run, config);
}
