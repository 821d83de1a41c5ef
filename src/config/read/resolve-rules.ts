/** The rules of an account as the rest of the program sees them. */
import { parseOctets } from '../../core/account/octets.ts';
import type { Comparison, Rule, RuleAction, RuleTest } from '../../core/account/rule.ts';
import type { ComparisonEntry, RuleEntry } from '../schema/rules.ts';

type WhenEntry = NonNullable<RuleEntry['when']>;

const headerOf = {
  from: 'from',
  to: 'to',
  cc: 'cc',
  subject: 'subject',
  listId: 'list-id',
} as const;

export function resolveRules(rules: readonly RuleEntry[] | undefined): readonly Rule[] {
  return (rules ?? []).map(({ name, match, when, then }) => ({
    name,
    match: match ?? 'all',
    tests: when === undefined ? [] : testsOf(when),
    actions: actionsOf(then),
  }));
}

function testsOf(when: WhenEntry): RuleTest[] {
  const named = Object.entries(headerOf).map(
    ([key, header]) => [header, when[key as keyof typeof headerOf]] as const,
  );
  const headers = [...named, ...Object.entries(when.header ?? {})];
  const tests: RuleTest[] = headers.flatMap(([header, entry]) =>
    entry === undefined ? [] : [headerTest(header, entry)],
  );
  return when.size === undefined ? tests : [...tests, sizeTest(when.size)];
}

function headerTest(header: string, entry: ComparisonEntry): RuleTest {
  const [[comparison, values]] = Object.entries(entry) as [[Comparison, string | string[]]];
  const list = typeof values === 'string' ? [values] : values;
  return { kind: 'header', header: header.toLowerCase(), comparison, values: list };
}

function sizeTest(size: NonNullable<WhenEntry['size']>): RuleTest {
  return 'over' in size
    ? { kind: 'size', comparison: 'over', octets: octets(size.over) }
    : { kind: 'size', comparison: 'under', octets: octets(size.under) };
}

function octets(said: string | number): number {
  return parseOctets(String(said)) ?? 0;
}

function actionsOf({ copyTo, flag, markRead, moveTo, delete: isDeleted, stop }: RuleEntry['then']) {
  const actions: RuleAction[] = [];
  if (copyTo !== undefined) actions.push({ kind: 'copyTo', folder: copyTo });
  for (const each of flag ?? []) actions.push({ kind: 'flag', flag: each });
  if (markRead === true) actions.push({ kind: 'markRead' });
  if (moveTo !== undefined) actions.push({ kind: 'moveTo', folder: moveTo });
  if (isDeleted === true) actions.push({ kind: 'delete' });
  if (stop === true) actions.push({ kind: 'stop' });
  return actions;
}
