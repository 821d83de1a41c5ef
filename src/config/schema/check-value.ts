/** Whether one value can stand under one key of an account, for questions that are asked one by one. Pure. */
import { withKey } from '../edit/edit.ts';
import type { ConfigValue } from '../edit/render.ts';
import { fileSchema } from './schema.ts';

/** `key` is dotted, below the account: `incoming.host`. What is wrong, to follow the key's name; undefined where it holds. */
export function valueFault(key: string, value: ConfigValue): string | undefined {
  const path = ['accounts', 'any', ...key.split('.')];
  const checked = fileSchema.safeParse(withKey({}, path, value));
  if (checked.success) return undefined;
  const [first] = checked.error.issues;
  return first?.message ?? 'cannot be this';
}
