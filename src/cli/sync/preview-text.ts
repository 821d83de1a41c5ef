/** What a sync would do, told to people and to --json. */

import type { AccountPreview, PlannedStep } from '../../app/sync/preview.ts';
import { errorJson, type ErrorJson } from '../../app/sync/report-json.ts';
import { oneLine, type Output } from '../terminal/output.ts';
import { plural } from '../terminal/text.ts';
import { printable } from '../../printable.ts';

export interface PreviewJson extends Omit<AccountPreview, 'error' | 'held'> {
  readonly held: readonly { readonly folder: string; readonly reason: string }[];
  /** Exit status that this account alone would have earned. */
  readonly status: number;
  readonly error: ErrorJson | null;
}

export function previewJson({ held, error, ...preview }: AccountPreview): PreviewJson {
  return {
    ...preview,
    held: held.map(({ path, reason }) => ({ folder: path, reason })),
    status: error?.exitStatus ?? (held.length > 0 ? 75 : 0),
    error: error === null ? null : errorJson(error),
  };
}

export function printPreview(output: Output, preview: PreviewJson): void {
  const { account, skipped, steps, held, warnings, error } = preview;
  if (skipped !== null && error === null) output.note(`${account}: ${skipped}, skipped`);
  for (const warning of warnings) output.note(`${account}: ${printable(warning)}`);
  const say = (text: string): void => {
    if (!output.json) output.line(text);
  };
  for (const step of steps) say(`${account}: ${stepText(step)}`);
  for (const { folder, reason } of held)
    say(`${account}: ${printable(folder)}: would be left alone, since ${printable(reason)}`);
  if (held.length > 0)
    output.note(
      `To confirm deletions that are held back: posthorn sync ${account} --accept-deletions`,
    );
  if (error !== null) {
    const { message, code, detail } = error;
    const line = { account, message, code, remedy: error.remedy ?? undefined };
    if (!output.json) output.failure(oneLine(line), detail);
  } else if (skipped === null && steps.length === 0 && held.length === 0)
    say(`${account}: nothing to do`);
}

function stepText(step: PlannedStep): string {
  if (step.step === 'send') return `would send "${printable(step.subject)}" (${step.id})`;
  const folder = printable(step.folder);
  switch (step.step) {
    case 'create-folder':
      return `${folder}: would be made on the server`;
    case 'begin-folder':
      return `${folder}: a new folder, to be kept in ${printable(step.localPath)}`;
    case 'assign-role':
      return `${folder}: its role would be ${step.role ?? 'none'}`;
    case 'note-server':
      return `${folder}: would be noted as the one that is known, by the server it is on now`;
    case 'take-afresh':
      return `${folder}: would be taken afresh, since ${printable(step.reason)}`;
    case 'fetch':
      return `${folder}: would fetch ${plural(step.messages, 'message')}`;
    case 'fetch-again':
      return `${folder}: would try message ${printable(step.id)} again (${printable(step.reason)})`;
    case 'delete-on-server':
      return `${folder}: would delete ${plural(step.messages, 'message')} on the server`;
    case 'adopt':
      return `${folder}: would take ${plural(step.messages, 'message')} for known, since both sides have them`;
    case 'move-on-server':
      return `${folder}: would move ${plural(step.messages, 'message')} into it on the server`;
    case 'copy-on-server':
      return `${folder}: would copy ${plural(step.messages, 'message')} into it on the server`;
    case 'move-here':
      return `${folder}: would move ${plural(step.messages, 'message')} into it here`;
    case 'flag':
      return `${folder}: would merge the flags of ${plural(step.messages, 'message')}`;
    case 'upload':
      return `${folder}: would upload ${plural(step.messages, 'message')}`;
    case 'delete-here':
      return `${folder}: would delete ${plural(step.messages, 'message')} here`;
    case 'keep':
      return `${folder}: would leave ${plural(step.messages, 'message')} on the side that has them`;
    case 'delete-folder':
      return `${folder}: would be removed ${step.side === 'here' ? 'here' : 'on the server'}`;
  }
}
