/** Forgets the passwords of accounts that are no more. */

import type { Secrets } from '../ports/secrets.ts';

/** Those of all of them, whatever stands in the way of one; throws the first of it at the end of `meanwhile`. */
export async function forgetSecrets(
  accountIds: readonly string[],
  { forget }: Pick<Secrets, 'forget'>,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const failed: unknown[] = [];
  for (const id of accountIds)
    await forget(id).catch((error: unknown) => {
      failed.push(error);
    });
  await meanwhile();
  if (failed.length > 0) throw failed[0];
}
