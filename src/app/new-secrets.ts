/** New passwords, tried before they replace the old ones, and taken back where the rest could not be saved. */

import type { SecretOwner, Secrets } from '../ports/secrets.ts';

export interface NewSecret {
  readonly owner: SecretOwner;
  readonly secret: string;
}

const stored = { kind: 'stored' } as const;

/** Reads the new ones as if they were stored already. */
export function withNewSecrets(secrets: Secrets, given: readonly NewSecret[]): Secrets {
  return {
    ...secrets,
    read: async (ref, owner, signal) => {
      const found = ref.kind === 'stored' ? given.find((each) => isSame(each.owner, owner)) : null;
      return found == null ? secrets.read(ref, owner, signal) : found.secret;
    },
  };
}

function isSame(one: SecretOwner, other: SecretOwner): boolean {
  return one.accountId === other.accountId && one.server === other.server;
}

/** Stores them around `save`; where that fails, what was stored before stands there again. */
export async function replaceSecrets(
  secrets: Secrets,
  given: readonly NewSecret[],
  save: () => Promise<void>,
): Promise<void> {
  const before: { id: string; old: Map<SecretOwner['server'], string> }[] = [];
  try {
    for (const id of new Set(given.map(({ owner }) => owner.accountId)))
      before.push({ id, old: await storedOf(secrets, id) });
    for (const { owner, secret } of given) await secrets.store(owner, secret);
    await save();
  } catch (error) {
    for (const { id, old } of before) await restore(secrets, id, old).catch(() => undefined);
    throw error;
  }
}

async function storedOf(
  secrets: Secrets,
  accountId: string,
): Promise<Map<SecretOwner['server'], string>> {
  const found = new Map<SecretOwner['server'], string>();
  for (const server of ['incoming', 'outgoing', 'certificate'] as const) {
    const secret = await secrets.read(stored, { accountId, server }).catch(() => null);
    if (secret !== null) found.set(server, secret);
  }
  return found;
}

async function restore(
  secrets: Secrets,
  accountId: string,
  old: ReadonlyMap<SecretOwner['server'], string>,
): Promise<void> {
  if (old.size < 3) await secrets.forget(accountId);
  for (const [server, secret] of old) await secrets.store({ accountId, server }, secret);
}
