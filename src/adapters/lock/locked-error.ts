/** Who has a lock that was asked for, told to people. */

import { TemporaryError } from '../../errors.ts';

/** `holder`: this process, another one's id, or null where that is not known. */
export function lockedError(name: string, holder: 'here' | number | null): TemporaryError {
  const who = whoIs(holder);
  if (name === 'daemon')
    return new TemporaryError(`${who} runs as the daemon`, {
      code: 'locked',
      remedy: 'See posthorn daemon status; posthorn daemon stop ends it.',
    });
  return new TemporaryError(`${who} ${doing(name)}`, {
    code: 'locked',
    remedy: 'Try again when it is done.',
  });
}

function whoIs(holder: 'here' | number | null): string {
  if (holder === 'here') return 'this posthorn itself';
  return holder === null ? 'another posthorn' : `another posthorn (process ${String(holder)})`;
}

function doing(name: string): string {
  return name.startsWith('account-') ? 'is working on this account' : `holds the lock ${name}`;
}
