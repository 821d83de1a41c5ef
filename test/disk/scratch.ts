/** Where tests put what they write thousands of times: in memory where the system has such a folder, since no power fails here. */

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

export const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
