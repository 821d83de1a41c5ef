/** Signature or template, the e-mail certificate, and the access list. */

import { askPasswordOf, passwordText, placeOf, passwordEntry } from './password-questions.ts';
import type { Wizard } from '../context.ts';
import { ownValue, whole, withSecret, withValue, type Draft } from '../draft.ts';
import { flagField, presentText, textField, typedPath, type Field } from './kinds.ts';
import { printable } from '../../../printable.ts';
import { valueFault } from '../../../config/schema/check-value.ts';
import { sends } from './server.ts';

type Closing = 'none' | 'file' | 'text' | 'template';

function closingOf(draft: Draft): Closing {
  const { signature, template } = whole(draft);
  if (template !== undefined) return 'template';
  if (signature?.file !== undefined) return 'file';
  return signature?.text === undefined ? 'none' : 'text';
}

/** One of the two goes into new mail, so one question leads to either. */
const closingField: Field = {
  key: 'signature',
  label: 'Signature or template',
  applies: sends,
  text: (draft) => {
    const { signature, template } = whole(draft);
    const [firstLine = ''] = (signature?.text ?? '').split('\n');
    return {
      none: 'none',
      file: `signature from ${signature?.file ?? ''}`,
      text: `signature “${printable(firstLine)}”`,
      template: `template ${template ?? ''}`,
    }[closingOf(draft)];
  },
  ask: async (wizard, draft) => {
    const kind = await wizard.questions.choose(
      'What goes into new mail?',
      [
        { value: 'none', name: 'nothing' },
        { value: 'text', name: 'a signature, written now in your editor' },
        { value: 'file', name: 'a signature from a file' },
        { value: 'template', name: 'a template from a file' },
      ],
      closingOf(draft),
    );
    return askClosing(wizard, draft, kind as Closing);
  },
};

async function askClosing(wizard: Wizard, draft: Draft, kind: Closing): Promise<Draft> {
  const { questions } = wizard;
  const keys = ['template', 'signature.file', 'signature.text'];
  const bare = keys.reduce((each, key) => withValue(each, key, undefined), draft);
  if (kind === 'none') return withValue(bare, 'signature', undefined);
  if (kind === 'text') {
    const present = ownValue(draft, 'signature.text');
    const text = await questions.lines('Signature', typeof present === 'string' ? present : '');
    const fault = text.trim() === '' ? undefined : valueFault('signature.text', text.trimEnd());
    if (fault !== undefined) questions.say(`The signature ${fault}.`);
    return text.trim() === '' || fault !== undefined
      ? draft
      : withValue(bare, 'signature.text', text.trimEnd());
  }
  const key = kind === 'file' ? 'signature.file' : 'template';
  const present = ownValue(draft, key);
  const path = await questions.text({
    message: kind === 'file' ? 'File of the signature:' : 'File of the template:',
    value: typeof present === 'string' ? present : undefined,
    fault: (typed) => valueFault(key, typedPath(typed, wizard.cwd)),
  });
  return withValue(bare, key, path === present ? path : typedPath(path, wizard.cwd));
}

export const signatureFields: readonly Field[] = [
  closingField,
  flagField({
    key: 'signature.onReply',
    label: 'Signature on replies',
    builtIn: false,
    applies: (entry) => sends(entry) && entry.template === undefined,
    yes: 'It is added to replies and forwarded mail too.',
    no: 'It is added to new mail alone.',
  }),
];

const certificateFile = textField({
  key: 'certificate.file',
  label: 'Certificate',
  otherwise: 'none',
  hint: 'S/MIME, a PKCS#12 or PEM file',
  isPath: true,
});

export const certificateFields: readonly Field[] = [
  {
    ...certificateFile,
    ask: async (wizard, draft) => {
      const changed = await certificateFile.ask(wizard, draft);
      if (ownValue(changed, 'certificate.file') !== undefined) return changed;
      return withSecret(withValue(changed, 'certificate', undefined), 'certificate', null);
    },
  },
  {
    key: 'certificate.password',
    label: 'Its password',
    applies: (entry) => entry.certificate !== undefined,
    text: (draft) =>
      placeOf(passwordEntry(draft, 'certificate')) === undefined
        ? 'none'
        : passwordText(draft, 'certificate'),
    ask: (wizard, draft) =>
      askPasswordOf(wizard, draft, 'certificate', { of: 'the certificate', what: 'Password' }),
  },
];

export const accessField: Field = {
  key: 'access',
  label: 'Access list',
  applies: () => true,
  text: (draft) => presentText(draft, 'access', 'the owner alone'),
  ask: async ({ questions, accessLists }, draft) => {
    if (accessLists.length === 0) {
      questions.say('The file has no access lists yet: they stand under `accessLists`.');
      return draft;
    }
    const list = await questions.choose(
      'Who besides you may read its mail here?',
      [
        { value: '', name: 'nobody' },
        ...accessLists.map((value) => ({ value, name: `those of the list ${value}` })),
      ],
      String(ownValue(draft, 'access') ?? ''),
    );
    return withValue(draft, 'access', list === '' ? undefined : list);
  },
};
