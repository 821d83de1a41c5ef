/** What the options of account edit change in one account of the file. */

import { placeFor } from '../../app/passwords/kept-places.ts';
import type { AccountChanges } from '../../config/edit/edit.ts';
import { displacedBy } from '../../config/schema/alternatives.ts';
import { flattened } from '../../config/edit/key-changes.ts';
import type { ConfigValue } from '../../config/edit/render.ts';
import type { Account } from '../../core/account/account.ts';
import type { SecretPlace } from '../../core/account/secret-ref.ts';
import { UsageError } from '../../errors.ts';
import { entryFrom } from './entry.ts';
import type { AccountFlags } from './options.ts';

/** Whether anything was said about the accounts themselves. */
export function changesAnything(flags: AccountFlags, unset: readonly string[]): boolean {
  const { id: _id, type: _type, ...entry } = entryFrom(flags, '');
  const others = [flags.type, flags.enabled, flags.default, flags.tlsCa];
  const isEnabled = flags.disabled === false;
  return (
    unset.length > 0 ||
    isEnabled ||
    Object.keys(entry).length > 0 ||
    others.some((each) => each !== undefined && each !== false)
  );
}

/** What is unset goes first, so that a key may be unset whole and one below it set anew. */
export function changesFrom(
  flags: AccountFlags,
  account: Account,
  unset: readonly string[],
): AccountChanges {
  const { id: _id, type: _type, ...entry } = entryFrom(flags, '');
  const given = flattened({
    type: flags.type,
    ...entry,
    ...(flags.enabled === true || flags.disabled === false ? { enabled: true } : {}),
  });
  const changes = new Map<string, ConfigValue | undefined>(unset.map((key) => [key, undefined]));
  for (const [key, value] of [...given, ...forBothServers(flags, account)])
    changes.set(key, value as ConfigValue);
  for (const [side, asked] of kept(flags))
    if (isKept(changes.get(`${side}.password`)))
      changes.set(`${side}.password`, entryFor(placeFor(asked, account, side)));
  for (const key of [...noLongerOwn(flags), ...displacedBy(given.keys())])
    if (!changes.has(key)) changes.set(key, undefined);
  return changes;
}

function kept(flags: AccountFlags) {
  return [
    ['incoming', flags.passwordKeyring],
    ['outgoing', flags.outPasswordKeyring],
    ['certificate', flags.certificatePasswordKeyring],
  ] as const;
}

function isKept(value: ConfigValue | undefined): boolean {
  return typeof value === 'object' && ('stored' in value || 'keyring' in value);
}

function entryFor(place: SecretPlace): ConfigValue {
  return place === 'keyring' ? { keyring: true } : { stored: true };
}

/** `--tls-ca` and `--allow-insecure` are about each server that the account has. */
function forBothServers(
  flags: AccountFlags,
  { incoming, outgoing }: Account,
): Map<string, unknown> {
  const both = new Map<string, unknown>();
  for (const [side, server, ca] of [
    ['incoming', incoming, flags.inTlsCa],
    ['outgoing', outgoing, flags.outTlsCa],
  ] as const) {
    if (server === undefined) continue;
    if (flags.allowInsecure !== undefined) both.set(`${side}.allowInsecure`, flags.allowInsecure);
    if (flags.tlsCa !== undefined && ca === undefined) both.set(`${side}.tls.ca`, flags.tlsCa);
  }
  return both;
}

/** Name and password of its own do not go with any other kind of credentials. */
function noLongerOwn({ outCredentials }: AccountFlags): string[] {
  return outCredentials === 'same' || outCredentials === 'none'
    ? ['outgoing.username', 'outgoing.password']
    : [];
}

/** What can be right for one account alone. */
export function refuseSharing(flags: AccountFlags, accounts: readonly Account[]): void {
  if (accounts.length < 2) return;
  const single = [
    ['--path', flags.path],
    ['--default', flags.default],
    ['--email', flags.email],
  ] as const;
  for (const [option, value] of single)
    if (value !== undefined)
      throw new UsageError(`${option} is for one account, not ${String(accounts.length)}`, {
        remedy: 'Name one.',
      });
}
