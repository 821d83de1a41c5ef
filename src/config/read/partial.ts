/** A file to apply: the same keys as the configuration, checked one by one; what it leaves out is no error. Pure. */
import { checkName } from '../schema/checks.ts';
import type { Problem } from './config.ts';
import { faultsOf } from '../schema/schema-faults.ts';
import { withoutEmptySections } from './resolve-file.ts';
import { fileSchema } from '../schema/schema.ts';
import type { AccountEntry, FileEntry } from '../schema/schema.ts';
import { located, parseYaml } from './yaml-file.ts';

/** With any problem the entry is empty. In the order of the file. */
export function readPartialText(text: string): { entry: FileEntry; problems: Problem[] } {
  const { file, problems } = parseYaml(text);
  if (problems.length > 0) return { entry: {}, problems };
  const raw = withoutEmptySections(file.value ?? {});
  const checked = fileSchema.safeParse(raw);
  const faults = [...namesIn(raw).flatMap(checkName)];
  if (!checked.success) faults.push(...faultsOf(checked.error, raw));
  if (checked.success && faults.length === 0) return { entry: checked.data, problems: [] };
  return { entry: {}, problems: faults.map((fault) => located(fault, file)) };
}

function namesIn(raw: unknown): string[] {
  const accounts = (raw as { accounts?: unknown } | null)?.accounts;
  return typeof accounts === 'object' && accounts !== null && !Array.isArray(accounts)
    ? Object.keys(accounts)
    : [];
}

/** What is wrong with the keys of one account, as sentences; empty where they hold. */
export function accountFaults(name: string, entry: AccountEntry): string[] {
  const raw = { accounts: { [name]: entry } };
  const checked = fileSchema.safeParse(raw);
  const faults = [...checkName(name), ...(checked.success ? [] : faultsOf(checked.error, raw))];
  return faults.map(({ message }) => message);
}
