/** The NAME of the account, its tags, and whether it is the default sender. */

import { accountFaults } from '../../../config/read/partial.ts';
import { valueFault } from '../../../config/schema/check-value.ts';
import { ownValue, withValue, type Draft } from '../draft.ts';
import { presentText, type Field } from './kinds.ts';
import { sends } from './server.ts';

/** The key in the file and on the command line: chosen while the account is new, by `account rename` later. */
export const nameField: Field = {
  key: 'NAME',
  label: 'NAME',
  applies: () => true,
  text: ({ name }) => name,
  ask: async ({ questions, takenNames }, draft) => {
    if (draft.before !== null) {
      questions.say(`An account gets another NAME by: posthorn account rename ${draft.name} NEW`);
      return draft;
    }
    const name = await questions.text({
      message: 'NAME – what you type for it:',
      value: draft.name,
      fault: (typed) => {
        if (takenNames.has(typed)) return `there is an account ${typed} already`;
        return accountFaults(typed, {})[0];
      },
    });
    return { ...draft, name };
  },
};

export const tagsField: Field = {
  key: 'tags',
  label: 'Tags',
  applies: () => true,
  text: (draft) => presentText(draft, 'tags', 'none'),
  ask: async ({ questions }, draft) => {
    const present = tagsOf(draft);
    const answer = await questions.text({
      message: 'Tags – words that several accounts share, blanks between:',
      value: present.length === 0 ? undefined : present.join(' '),
      optional: true,
      fault: (typed) => valueFault('tags', words(typed)),
    });
    const tags = words(answer);
    return withValue(draft, 'tags', tags.length === 0 ? undefined : tags);
  },
};

function tagsOf(draft: Draft): string[] {
  return (ownValue(draft, 'tags') as string[] | undefined) ?? [];
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

export const defaultField: Field = {
  key: 'defaultAccount',
  label: 'Default sender',
  applies: sends,
  text: ({ isDefault }) => (isDefault ? 'yes' : 'no'),
  ask: async ({ questions }, draft) => ({
    ...draft,
    isDefault: await questions.yes(
      'Shall new messages go out from it unless another account is named?',
      draft.isDefault,
    ),
  }),
};
