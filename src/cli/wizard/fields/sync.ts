/** What server and Maildir may do to each other: by account; by folder it stands in the file. */

import { valueFault } from '../../../config/schema/check-value.ts';
import { ownValue, withValue } from '../draft.ts';
import { choiceField, flagField, presentText, textField, type Field } from './kinds.ts';
import { isImap, isPop3, receives } from './server.ts';

const directionField = choiceField({
  key: 'sync.direction',
  label: 'Direction',
  builtIn: 'both',
  applies: isImap,
  choices: [
    {
      value: 'both',
      name: 'both',
      description: 'What is read, moved or deleted on one side is so on the other.',
    },
    { value: 'pull', name: 'pull', description: 'Nothing of here reaches the server.' },
    {
      value: 'push',
      name: 'push',
      description: 'Nothing of the server reaches here.',
    },
  ],
});

const localDelete = { key: 'sync.onLocalDelete', label: 'Deleted here' };
const kept = { value: 'keep', name: 'keep', description: 'It stays on the server.' };

const deletionFields: readonly Field[] = [
  choiceField({
    ...localDelete,
    builtIn: 'trash',
    applies: isImap,
    choices: [
      { value: 'trash', name: 'trash', description: 'It moves to the trash of the server.' },
      { value: 'expunge', name: 'expunge', description: 'The server deletes it for good.' },
      kept,
    ],
  }),
  choiceField({
    ...localDelete,
    builtIn: 'keep',
    applies: isPop3,
    choices: [
      kept,
      {
        value: 'delete',
        name: 'delete',
        description: 'The server deletes it for good, unless it leaves every copy there.',
      },
    ],
  }),
  ...([isImap, isPop3] as const).map((applies) =>
    choiceField({
      key: 'sync.onRemoteDelete',
      label: 'Gone from the server',
      builtIn: applies === isImap ? 'delete' : 'keep',
      applies,
      choices: [
        { value: 'delete', name: 'delete', description: 'It is deleted here too.' },
        { value: 'trash', name: 'trash', description: 'It moves to the trash here.' },
        { value: 'keep', name: 'keep', description: 'It stays here.' },
      ],
    }),
  ),
];

const limitFields: readonly Field[] = [
  textField({
    key: 'sync.maxSize',
    label: 'Largest message',
    otherwise: 'none',
    applies: receives,
    hint: '500k, 20M; a larger one comes as a placeholder',
  }),
  textField({
    key: 'sync.maxAge',
    label: 'Oldest message',
    otherwise: 'none',
    applies: isImap,
    hint: '90d, 1y; an older one is not fetched',
  }),
];

const selectionFields: readonly Field[] = [
  patternsField('sync.folders.include', 'Only these folders', 'all'),
  patternsField('sync.folders.exclude', 'Not these folders', 'none'),
  flagField({
    key: 'sync.folders.subscribed',
    label: 'Subscribed alone',
    builtIn: false,
    applies: isImap,
    yes: 'Of these the subscribed ones, and the inbox.',
    no: 'Subscribed or not.',
  }),
];

/** A name may hold a comma, though it can't be typed here: what was not changed stays as it is. */
function patternsField(key: string, label: string, otherwise: string): Field {
  return {
    key,
    label,
    applies: isImap,
    text: (draft) => presentText(draft, key, otherwise),
    ask: async ({ questions }, draft) => {
      const present = (ownValue(draft, key) as string[] | undefined)?.join(', ');
      const answer = await questions.text({
        message: `${label} – names, Lists/*, role:sent; commas between:`,
        value: present,
        optional: true,
        fault: (typed) => (typed === present ? undefined : valueFault(key, patternsIn(typed))),
      });
      if (answer === present) return draft;
      return withValue(draft, key, answer === '' ? undefined : patternsIn(answer));
    },
  };
}

function patternsIn(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

const byFolderKey = 'sync.perFolder';

const byFolderField: Field = {
  key: byFolderKey,
  label: 'By folder',
  applies: isImap,
  text: (draft) =>
    presentText(draft, byFolderKey, 'the same in all', (entries) => {
      const count = (entries as unknown[]).length;
      return count === 1 ? 'one entry' : `${String(count)} entries`;
    }),
  ask: ({ questions }, draft) => {
    questions.say(
      `What is otherwise in some folders stands in the file: posthorn account edit ${draft.name} --editor`,
    );
    return Promise.resolve(draft);
  },
};

export const syncFields: readonly Field[] = [
  directionField,
  ...deletionFields,
  ...limitFields,
  ...selectionFields,
  byFolderField,
  textField({
    key: 'incoming.maxConnections',
    label: 'Connections at once',
    otherwise: '4',
    applies: isImap,
    hint: '1 to 20',
    parse: (answer) => (/^\d+$/.test(answer) ? Number(answer) : answer),
  }),
];
