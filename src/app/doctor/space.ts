/** Room on the disks that mail and state lie on. Pure. */

import { ails, good, shellWord, type Area, type Finding } from './finding.ts';

/** Less than this and the next larger message may not fit. */
const enough = 100_000_000;

export function spaceFinding(area: Area, path: string, free: number): Finding {
  const megabytes = `${String(Math.floor(free / 1_000_000))} MB free`;
  if (free >= enough) return good(area, `${path}: ${megabytes}`);
  return ails(area, `the disk of ${path} is nearly full: ${megabytes}`, `df -h ${shellWord(path)}`);
}
