/** The whole account at a glance, and the way to each part of it: a mistake three questions ago is two keys away. */

import type { Wizard } from './context.ts';
import { ownValue, whole, type Draft } from './draft.ts';
import type { Field } from './fields/kinds.ts';
import { holds } from './holds.ts';
import { prove } from './mend.ts';
import type { Choice } from './questions.ts';
import { printable } from '../../printable.ts';
import { reachOf } from './reach.ts';
import { fieldsOf, sections, type Section } from './fields/sections.ts';

type Entry =
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'save' | 'untested' | 'leave' };

/** The draft to save, or null where the person left. `proven` is the reach that was tested, or needs no test. */
export async function reviewUntilSaved(
  wizard: Wizard,
  start: Draft,
  proven: string | null,
): Promise<Draft | null> {
  let draft = start;
  for (;;) {
    const isProven = reachOf(draft) === proven;
    const chosen = await chooseEntry(wizard, draft, isProven);
    if (chosen.kind === 'leave') return null;
    if (chosen.kind === 'untested' || (chosen.kind === 'save' && isProven)) {
      if (await holds(wizard, draft)) return draft;
    } else if (chosen.kind === 'section') {
      draft = await visit(wizard, draft, chosen.section);
    } else {
      const proof = await prove(wizard, draft);
      if (proof.kind === 'leave') return null;
      draft = proof.draft;
      if (proof.kind !== 'menu' && (await holds(wizard, draft))) return draft;
    }
  }
}

function chooseEntry({ questions }: Wizard, draft: Draft, isProven: boolean): Promise<Entry> {
  const entry = whole(draft);
  const width = Math.max(...sections.map(({ title }) => title.length));
  const shown = sections.filter((section) => fieldsOf(section, entry).length > 0);
  const rows: Choice<Entry>[] = shown.map((section) => ({
    value: { kind: 'section', section },
    short: section.title,
    name: cut(`${section.title.padEnd(width)}  ${summary(section, draft)}`, questions.columns),
  }));
  const untested: Choice<Entry>[] = isProven
    ? []
    : [{ value: { kind: 'untested' }, name: 'Save it untested' }];
  return questions.choose<Entry>(`${draft.name}: save it, or change something first`, [
    { value: { kind: 'save' }, name: isProven ? 'Save' : 'Test it, then save' },
    ...rows,
    ...untested,
    { value: { kind: 'leave' }, name: 'Leave; nothing is saved' },
  ]);
}

/** Field by field, until the person goes back. A section of one field is that field. */
async function visit(wizard: Wizard, start: Draft, section: Section): Promise<Draft> {
  let draft = start;
  let back = false;
  for (;;) {
    const fields = fieldsOf(section, whole(draft));
    const [only, ...others] = fields;
    if (only !== undefined && others.length === 0) return back ? draft : only.ask(wizard, draft);
    const field = await chooseField(wizard, draft, section.title, fields, back);
    if (field === null) return draft;
    draft = await field.ask(wizard, draft);
    back = true;
  }
}

function chooseField(
  { questions }: Wizard,
  draft: Draft,
  title: string,
  fields: readonly Field[],
  back: boolean,
): Promise<Field | null> {
  const width = Math.max(...fields.map(({ label }) => label.length));
  const choices = fields.map((field) => ({
    value: field,
    short: field.label,
    name: cut(`${field.label.padEnd(width)}  ${field.text(draft)}`, questions.columns),
  }));
  const present = back ? null : fields[0];
  return questions.choose<Field | null>(
    `${title}:`,
    [...choices, { value: null, name: 'Back' }],
    present,
  );
}

/** What was set in this account; a section that is as usual says so. */
export function summary({ fields, glance }: Section, draft: Draft): string {
  if (glance !== undefined) return glance(draft);
  const said = fieldsOf({ fields }, whole(draft))
    .filter(({ key }) => ownValue(draft, key) !== undefined)
    .map(({ label, text }) => `${label.toLowerCase()} ${text(draft)}`);
  return said.length === 0 ? 'as usual' : said.join(', ');
}

/** One line each, so that the list keeps its form: the mark before a choice takes two columns. */
function cut(said: string, columns: number): string {
  const text = printable(said);
  const room = Math.max(20, columns - 3);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
