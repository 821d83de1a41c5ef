/** New passwords, tried before they replace the old ones, and taken back where the rest could not be saved. */

import { placeOf, type SecretPlace } from '../../core/account/secret-ref.ts';
import type { SecretOwner, Secrets, StagedSecret } from '../../ports/accounts/secrets.ts';

export interface NewSecret {
  readonly owner: SecretOwner;
  readonly secret: string;
  /** Where it is kept once it is saved. */
  readonly place: SecretPlace;
  /** It is the old password, kept elsewhere from now on. */
  readonly isMoved?: boolean;
}

/** Reads the new ones as if they were stored already. */
export function withNewSecrets(secrets: Secrets, given: readonly NewSecret[]): Secrets {
  return {
    ...secrets,
    read: async (ref, owner, signal) => {
      const place = placeOf(ref);
      const found = given.find((each) => each.place === place && isSame(each.owner, owner));
      return found?.secret ?? secrets.read(ref, owner, signal);
    },
  };
}

function isSame(one: SecretOwner, other: SecretOwner): boolean {
  return one.accountId === other.accountId && one.server === other.server;
}

/**
 * Stores them around `save`, which makes the configuration say where each is kept.
 *
 * What replaces an old password waits beside it until the configuration is saved: killed before, everything is as it was; killed
 * after, the old password still stands there, and the same command can be given once more. Where there was none, the new one comes
 * first: killed before the save, it is only one that nobody asks for. What the other place holds goes last of all.
 */
export async function replaceSecrets(
  secrets: Secrets,
  given: readonly NewSecret[],
  save: () => Promise<void>,
): Promise<void> {
  const ready: StagedSecret[] = [];
  try {
    for (const each of given) ready.push(await prepare(secrets, each));
    await save();
  } catch (error) {
    for (const each of ready) await each.drop();
    throw error;
  }
  for (const each of ready) await each.keep();
  for (const each of given) await forgetElsewhere(secrets, each);
}

async function prepare(
  secrets: Secrets,
  { owner, secret, place }: NewSecret,
): Promise<StagedSecret> {
  if (await secrets.holds(owner, place)) return secrets.stage(owner, secret, place);
  await secrets.store(owner, secret, place);
  return {
    keep: () => Promise.resolve(),
    drop: () => secrets.drop(owner, place).catch(() => undefined),
  };
}

/** A keyring that is out of reach keeps it; it goes with the account. */
async function forgetElsewhere(secrets: Secrets, { owner, place }: NewSecret): Promise<void> {
  const elsewhere = place === 'file' ? 'keyring' : 'file';
  if (await secrets.holds(owner, elsewhere))
    await secrets.drop(owner, elsewhere).catch(() => undefined);
}
