/** A draft and a wizard without a world, for tests of single steps. */
import type { Wizard } from '../../../src/cli/wizard/context.ts';
import type { Draft } from '../../../src/cli/wizard/draft.ts';
import type { AccountEntry } from '../../../src/config/schema/schema.ts';
import {
  scriptedQuestions,
  type Answer,
  type ScriptedQuestions,
} from '../../fakes/scripted-questions.ts';

export function draftOf(entry: AccountEntry, more: Partial<Draft> = {}): Draft {
  return {
    name: 'work',
    id: '7f3kq2',
    entry,
    before: null,
    defaults: {},
    secrets: [],
    isDefault: false,
    wasDefault: false,
    ...more,
  };
}

export interface ScriptedWizard extends Wizard {
  readonly questions: ScriptedQuestions;
}

/** What a step must not need throws. */
export function wizardOf(answers: readonly Answer[], more: Partial<Wizard> = {}): ScriptedWizard {
  const unasked = (): never => {
    throw new Error('this step needs none of that');
  };
  return {
    keyring: () => Promise.resolve({ answers: true, why: null }),
    discover: unasked,
    cwd: '/home/anna',
    load: unasked,
    check: () => Promise.resolve(),
    test: unasked,
    certificate: unasked,
    accessLists: ['team'],
    takenNames: new Set(['home']),
    ...more,
    questions: scriptedQuestions(answers),
  };
}
