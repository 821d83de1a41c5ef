/** A word to whoever changes the configuration beside a running daemon, which has read it at its start. */

import type { Config } from '../../config/read/config.ts';
import type { Run } from '../world.ts';

export async function noteRunningDaemon({ world, output }: Run, config: Config): Promise<void> {
  const control = world.control(config.location);
  const running = await control.call({ command: 'status' }).catch(() => null);
  if (running !== null)
    output.note(
      'The running daemon takes this in at its next start: posthorn daemon stop, then start.',
    );
}
