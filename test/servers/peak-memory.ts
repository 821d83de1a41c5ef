/** How much memory this process has had at most. */

import { readFileSync } from 'node:fs';

/** In MiB. getrusage(2) would also count what its parent had when it was forked. */
export function peakMegabytes(): number {
  const [, kibibytes] = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}
