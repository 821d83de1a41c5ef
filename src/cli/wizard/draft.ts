/** An account while it is being described: what was answered so far, in memory alone. Pure. */

import type { NewSecret } from '../../app/passwords/new-secrets.ts';
import {
  addAccount,
  below,
  setAccountKeys,
  setDefaultAccount,
  withKey,
  type AccountChanges,
  type Data,
} from '../../config/edit/edit.ts';
import { inherit } from '../../config/read/inherit.ts';
import { flattened } from '../../config/edit/key-changes.ts';
import type { ConfigValue } from '../../config/edit/render.ts';
import type { AccountEntry, FileEntry } from '../../config/schema/schema.ts';

export interface Draft {
  readonly name: string;
  readonly id: string;
  /** What stands in the account's own part of the file. */
  readonly entry: AccountEntry;
  /** The same before; null: the account is new. */
  readonly before: AccountEntry | null;
  /** What the file gives to every account. */
  readonly defaults: NonNullable<FileEntry['defaults']>;
  /** Passwords that were typed and are stored nowhere yet. */
  readonly secrets: readonly NewSecret[];
  readonly isDefault: boolean;
  readonly wasDefault: boolean;
}

/** Keys are dotted, as everywhere: `incoming.host`. */
export function ownValue({ entry }: Draft, key: string): unknown {
  return valueIn(entry as Data, key);
}

export function inheritedValue({ defaults }: Draft, key: string): unknown {
  return valueIn(defaults as Data, key);
}

function valueIn(data: Data, key: string): unknown {
  const path = key.split('.');
  const parent = path.slice(0, -1).reduce(below, data);
  return parent[path.at(-1) ?? ''];
}

/** With what it inherits. */
export function whole({ defaults, entry }: Draft): AccountEntry {
  return inherit(defaults, entry);
}

/** Undefined takes the key out; a section that says nothing any more goes with it. */
export function withValue(draft: Draft, key: string, value: ConfigValue | undefined): Draft {
  const changed = withKey(draft.entry as Data, key.split('.'), value);
  return { ...draft, entry: withoutEmpty(changed) as AccountEntry };
}

function withoutEmpty(data: Data): Data {
  const kept = Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, value]];
    const rest = withoutEmpty(value as Data);
    return Object.keys(rest).length === 0 ? [] : [[key, rest]];
  });
  return Object.fromEntries(kept);
}

/** A new password of one server takes the place of the one typed before; null: none is to be stored. */
export function withSecret(
  draft: Draft,
  server: NewSecret['owner']['server'],
  given: NewSecret | null,
): Draft {
  const others = draft.secrets.filter(({ owner }) => owner.server !== server);
  return { ...draft, secrets: given === null ? others : [...others, given] };
}

/** What the draft makes of the file: the one edit that is tried out, and then saved. */
export function intoText(draft: Draft): (text: string) => string {
  return (text) => {
    const edited =
      draft.before === null
        ? addAccount(text, draft.name, draft.entry)
        : setAccountKeys(text, draft.name, changesOf(draft));
    const isDefault = isDefaultSender(draft);
    if (isDefault === draft.wasDefault) return edited;
    return setDefaultAccount(edited, isDefault ? draft.name : undefined);
  };
}

/** An account that does not send is nobody's default, whatever was said while it did. */
export function isDefaultSender(draft: Draft): boolean {
  return draft.isDefault && whole(draft).send !== false;
}

/** Key by key, so that comments and order of the file stay. */
export function changesOf({ before, entry }: Draft): AccountChanges {
  const old = flattened((before ?? {}) as Data);
  const now = flattened(entry as Data);
  const gone = [...old.keys()].filter((key) => !now.has(key));
  const changed = [...now].filter(([key, value]) => !isSame(old.get(key), value));
  return new Map([
    ...gone.map((key): [string, undefined] => [key, undefined]),
    ...changed.map(([key, value]): [string, ConfigValue] => [key, value as ConfigValue]),
  ]);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function isUnchanged(draft: Draft): boolean {
  return (
    draft.before !== null &&
    changesOf(draft).size === 0 &&
    draft.secrets.length === 0 &&
    isDefaultSender(draft) === draft.wasDefault
  );
}
