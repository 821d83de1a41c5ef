/** Two-way sync as it stands in the file: by account, and by folder. */
import * as z from 'zod';
import { patternFault } from '../../core/account/policy/folder-pattern.ts';
import { section } from './section.ts';
import * as value from './values.ts';

const longestPattern = 1_000;

const pattern = (description: string) =>
  value
    .text(description)
    .max(longestPattern, { error: `must be ${String(longestPattern)} characters at most` })
    .superRefine((text, { addIssue }) => {
      const fault = patternFault(text);
      if (fault !== undefined) addIssue({ code: 'custom', message: `must ${fault}` });
    });

const patternDescription =
  'Name of a folder on the server; * stands for anything, % for anything within one level, role:trash for the folder of a role.';

const patternsError = 'must be a list of folder names and patterns';
const patterns = (description: string) =>
  z.array(pattern(patternDescription), { error: patternsError }).describe(description);

const policy = {
  direction: value
    .choice(
      ['both', 'pull', 'push'],
      'pull: nothing of here reaches the server; push: nothing of the server reaches here. Default: both.',
    )
    .optional(),
  onLocalDelete: value
    .choice(
      ['trash', 'expunge', 'keep', 'delete'],
      'What is deleted here, on the server: moved to its trash, deleted for good, or kept; POP3: delete or keep. Default: trash, POP3 keep.',
    )
    .optional(),
  onRemoteDelete: value
    .choice(
      ['delete', 'trash', 'keep'],
      'What is gone from the server, here: deleted, moved to the trash, or kept. Default: delete, POP3 keep.',
    )
    .optional(),
  maxSize: value
    .sizeOrNone(
      'A larger message comes as a placeholder; k, M and G are powers of 1,024. Default: none.',
    )
    .optional(),
  maxAge: value
    .durationOrNone('An older message is not fetched, nor deleted for its age. Default: none.')
    .optional(),
};

const folders = section(
  {
    include: patterns('The folders that take part; left out: all.').optional(),
    exclude: patterns('Of these the ones that do not take part.').optional(),
    subscribed: value
      .flag('Of these only the subscribed ones, and the inbox. Default: false.')
      .optional(),
  },
  'Which folders take part; those of Gmail that double others only where include names them.',
);

const overrideError = 'must be a text, or a list of texts of which one has to fit';
const override = section(
  {
    folder: z
      .union(
        [
          pattern(patternDescription),
          z.array(pattern(patternDescription), { error: overrideError }).min(1, {
            error: overrideError,
          }),
        ],
        { error: overrideError },
      )
      .describe('The folders that it is about: a name, a pattern, or a list of them.'),
    ...policy,
  },
  'What is otherwise in some folders.',
).superRefine((entry, { addIssue }) => {
  if (Object.keys(entry).length === 1)
    addIssue({ code: 'custom', message: 'says nothing: name what is otherwise there' });
});

const mostOverrides = 500;

export const sync = section(
  {
    ...policy,
    folders: folders.optional(),
    perFolder: z
      .array(override, { error: 'must be a list of folders with what is otherwise there' })
      .max(mostOverrides, { error: `must be ${String(mostOverrides)} entries at most` })
      .describe(
        'What is otherwise in some folders; for each setting the first entry counts that fits the folder and says it.',
      )
      .optional(),
  },
  'Two-way sync: what server and Maildir may do to each other.',
);

export type SyncEntry = z.infer<typeof sync>;
export type OverrideEntry = z.infer<typeof override>;
