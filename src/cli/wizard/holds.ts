/** Whether a draft holds: what does not is told while it can still be changed, and nothing that was typed is lost. */

import type { Account } from '../../core/account/account.ts';
import { PosthornError } from '../../errors.ts';
import { oneLine } from '../terminal/output.ts';
import type { Wizard } from './context.ts';
import type { Draft } from './draft.ts';
import type { Questions } from './questions.ts';

/** Null where it does not, and the person has been told why. */
export function loaded({ load, questions }: Wizard, draft: Draft): Promise<Account | null> {
  return orWarning(questions, () => load(draft));
}

/** With everything that saving would stumble over. */
export async function holds({ load, check, questions }: Wizard, draft: Draft): Promise<boolean> {
  const account = await orWarning(questions, async () => {
    const found = await load(draft);
    await check(draft, found);
    return found;
  });
  return account !== null;
}

async function orWarning<T>(questions: Questions, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof PosthornError)) throw thrown;
    const { message, remedy, code } = thrown;
    questions.warn(oneLine({ account: undefined, message, remedy, code }));
    return null;
  }
}
