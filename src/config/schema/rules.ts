/** Rules that sort mail as they stand in the file: a small closed vocabulary, its words after Sieve (RFC 5228). */
import * as z from 'zod';
import { section } from './section.ts';
import * as value from './values.ts';

const patternsError = 'must be a text, or a list of texts of which one has to fit';
const patterns = z.union(
  [
    value.text('A text.'),
    z.array(value.text('A text.'), { error: patternsError }).min(1, { error: patternsError }),
  ],
  { error: patternsError },
);

/** RFC 5228, section 2.7.1. */
const comparison = z.union(
  [
    z.strictObject({ is: patterns.describe('The whole value is this, in any case.') }),
    z.strictObject({ contains: patterns.describe('The value holds this, in any case.') }),
    z.strictObject({
      matches: patterns.describe('As contains, with * and ? for what is unknown.'),
    }),
  ],
  { error: 'must be exactly one of { is: TEXT }, { contains: TEXT } and { matches: TEXT }' },
);

const field = (header: string) => comparison.describe(`What the header ${header} says.`).optional();

/** RFC 5322, section 2.2: printable ASCII without the colon. */
const fieldName = /^[!-9;-~]{1,76}$/;

/** RFC 5228, section 5.9. */
const size = z.union(
  [
    z.strictObject({ over: value.size('Larger than this; K, M and G are powers of 1,024.') }),
    z.strictObject({ under: value.size('Smaller than this; K, M and G are powers of 1,024.') }),
  ],
  { error: 'must be exactly one of { over: SIZE } and { under: SIZE }, e.g. { over: 5M }' },
);

const when = section(
  {
    from: field('From'),
    to: field('To'),
    cc: field('Cc'),
    subject: field('Subject'),
    listId: field('List-Id'),
    header: z
      .record(z.string().regex(fieldName), comparison, {
        error: 'must be a mapping of header names to what they say',
      })
      .describe('What other headers say, by their names.')
      .optional(),
    size: size.describe('How large the message is.').optional(),
  },
  'What a message must be like; left out: every message.',
).superRefine((tests, { addIssue }) => {
  if (Object.keys(tests).length === 0)
    addIssue({ code: 'custom', message: 'names no test; leave `when` out for every message' });
});

/** The system flags that a rule may set (RFC 9051, section 2.3.2), or a keyword. */
const flagName = /^(?:\\(?:Seen|Answered|Flagged|Draft)|[A-Za-z0-9$_.:+-]{1,64})$/i;
const flagError =
  'must be a list of \\Seen, \\Answered, \\Flagged, \\Draft and keywords such as $Forwarded';

const yes = (description: string): z.ZodLiteral<true> =>
  z.literal(true, { error: 'must be true, or left out' }).describe(description);

const then = section(
  {
    moveTo: value.text('Folder of the account that it moves to.').max(255).optional(),
    copyTo: value.text('Folder of the account that gets a copy.').max(255).optional(),
    flag: z
      .array(z.string({ error: flagError }).regex(flagName, { error: flagError }), {
        error: flagError,
      })
      .min(1, { error: flagError })
      .describe('Flags that it gets.')
      .optional(),
    markRead: yes('It counts as read.').optional(),
    delete: yes('It goes to the trash.').optional(),
    stop: yes('No rule after this one looks at it.').optional(),
  },
  'What happens to the message.',
).superRefine((actions, { addIssue }) => {
  if (Object.keys(actions).length === 0)
    addIssue({ code: 'custom', message: 'says nothing: name what happens to the message' });
  if (actions.moveTo !== undefined && actions.delete !== undefined)
    addIssue({ code: 'custom', message: 'has both `moveTo` and `delete`: give one of the two' });
});

const rule = section(
  {
    name: value.text('Its name, for people and reports; no two rules of an account share one.'),
    match: value
      .choice(['all', 'any'], 'Whether all tests must hold, or one is enough. Default: all.')
      .optional(),
    when: when.optional(),
    then,
  },
  'One rule.',
);

const mostRules = 500;

export const rules = z
  .array(rule, { error: 'must be a list of rules' })
  .max(mostRules, { error: `must be ${String(mostRules)} rules at most` })
  .describe('What happens to mail as it comes, rule after rule, in this order.')
  .superRefine((list, { addIssue }) => {
    const names = new Set<string>();
    for (const [at, { name }] of list.entries()) {
      if (names.has(name))
        addIssue({ code: 'custom', path: [at, 'name'], message: 'is the name of an earlier rule' });
      names.add(name);
    }
  });

export type RuleEntry = z.infer<typeof rule>;
export type ComparisonEntry = z.infer<typeof comparison>;
