/** Everything that can be set of an account, in sections, in the order in which people think of it. */

import type { AccountEntry } from '../../../config/schema/schema.ts';
import type { Draft } from '../draft.ts';
import { choiceField, flagField, textField, type Field } from './kinds.ts';
import { accountGlance, loginGlance, personGlance, serverGlance, useGlance } from './glances.ts';
import { accessField, certificateFields, signatureFields } from './later.ts';
import { loginFields } from './login.ts';
import { defaultField, nameField, tagsField } from './name.ts';
import { isImap, isPop3, receives, sends, serverFields } from './server.ts';
import { syncFields } from './sync.ts';
import { typeField } from './type.ts';

export interface Section {
  readonly title: string;
  readonly fields: readonly Field[];
  /** What is set, in one phrase; left out: the fields that are set. */
  readonly glance?: (draft: Draft) => string;
}

export const addressField = textField({
  key: 'identity.address',
  label: 'Address',
  hint: 'you@example.org',
});

export const personField = textField({
  key: 'identity.name',
  label: 'Your name',
  otherwise: 'none',
  hint: 'goes out with the address',
});

export const sections: readonly Section[] = [
  {
    title: 'Account',
    glance: accountGlance,
    fields: [
      typeField,
      flagField({
        key: 'enabled',
        label: 'Enabled',
        builtIn: true,
        yes: 'It is polled, and sends.',
        no: 'It is left alone for the time being.',
      }),
      nameField,
      textField({ key: 'label', label: 'Label', otherwise: 'the NAME', hint: 'for people' }),
      tagsField,
    ],
  },
  {
    title: 'Person',
    glance: personGlance,
    fields: [
      addressField,
      personField,
      textField({ key: 'identity.organization', label: 'Organization', otherwise: 'none' }),
      textField({
        key: 'identity.replyTo',
        label: 'Reply-To',
        otherwise: 'none',
        hint: 'another address for answers',
      }),
    ],
  },
  { title: 'Incoming server', glance: serverGlance('incoming'), fields: serverFields('incoming') },
  { title: 'Outgoing server', glance: serverGlance('outgoing'), fields: serverFields('outgoing') },
  { title: 'Login', glance: loginGlance, fields: loginFields() },
  { title: 'Fetching', fields: fetchingFields() },
  { title: 'Folders', fields: folderFields() },
  { title: 'Sync', fields: syncFields },
  { title: 'Signature', fields: signatureFields },
  { title: 'E-mail certificate', fields: certificateFields },
  { title: 'Access', fields: [accessField] },
  { title: 'Used for', glance: useGlance, fields: useFields() },
];

/** Without what this account does not have. */
export function fieldsOf({ fields }: Pick<Section, 'fields'>, entry: AccountEntry): Field[] {
  return fields.filter(({ applies }) => applies(entry));
}

function fetchingFields(): Field[] {
  return [
    textField({
      key: 'incoming.interval',
      label: 'Polling interval',
      otherwise: '5m',
      applies: receives,
      hint: '30s, 5m, 2h, or never',
    }),
    flagField({
      key: 'incoming.idle',
      label: 'Told at once',
      builtIn: true,
      applies: isImap,
      yes: 'The server tells of new mail at once, where it can (IDLE).',
      no: 'New mail is found at the next poll.',
    }),
    leaveField(),
    flagField({
      key: 'incoming.backgroundSync',
      label: 'Kept here',
      builtIn: true,
      applies: isImap,
      yes: 'Messages are synchronised to the Maildir in the background.',
      no: 'Messages are always read live from the server, and never stored here.',
    }),
  ];
}

/** One question for the three answers that the key has. */
function leaveField(): Field {
  const key = 'incoming.leaveOnServer';
  return {
    ...textField({
      key,
      label: 'Leave a copy on the server',
      otherwise: 'true',
      applies: isPop3,
      hint: 'true, false (deleted once safely stored), or 14d (deleted so much later)',
      parse: (answer) => ({ true: true, yes: true, false: false, no: false })[answer] ?? answer,
    }),
  };
}

function folderFields(): Field[] {
  const roles = ['inbox', 'sent', 'drafts', 'trash', 'spam', 'archive'] as const;
  return [
    flagField({
      key: 'incoming.createSystemFolders',
      label: 'Create missing folders',
      builtIn: false,
      applies: isImap,
      yes: 'Sent, drafts, trash and spam are made on the server where it has none.',
      no: 'Those that the server has are used.',
    }),
    ...roles.map((role) =>
      textField({
        key: `folders.${role}`,
        label: `Folder for ${role}`,
        otherwise: 'as the server says',
        applies: isImap,
        hint: 'its name on the server',
      }),
    ),
    textField({
      key: 'path',
      label: 'Maildir',
      otherwise: 'mailRoot and the NAME',
      hint: 'a folder of its own on this disk',
      isPath: true,
    }),
  ];
}

function useFields(): Field[] {
  return [
    flagField({
      key: 'receive',
      label: 'Receiving',
      builtIn: true,
      yes: 'Its mail is fetched.',
      no: 'It sends alone.',
    }),
    flagField({
      key: 'send',
      label: 'Sending',
      builtIn: true,
      yes: 'Mail can be sent from it.',
      no: 'It only receives: an old address, for instance.',
    }),
    choiceField<string | boolean>({
      key: 'saveSent',
      label: 'Keep sent mail',
      builtIn: 'auto',
      applies: sends,
      choices: [
        { value: 'auto', name: 'auto', description: 'Yes, unless the provider files it itself.' },
        { value: true, name: 'yes', description: 'A copy goes to the sent folder.' },
        { value: false, name: 'no', description: 'No copy is kept.' },
      ],
    }),
    defaultField,
  ];
}
