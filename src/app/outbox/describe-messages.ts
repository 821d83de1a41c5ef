/** What an account is set to for its messages, as people read it: signature, template, certificate, access, rules. */

import type { AccessList } from '../../core/account/access-list.ts';
import type { Account } from '../../core/account/account.ts';

type Row = [string, string | undefined];

export function messageRows({ signature, template, certificate, access, rules }: Account): Row[] {
  const hasSignature = signature.file !== undefined || signature.text !== undefined;
  return [
    ['signature.file', signature.file],
    ['signature.text', signature.text === undefined ? undefined : firstLine(signature.text)],
    ['signature.onReply', hasSignature || signature.onReply ? yesNo(signature.onReply) : undefined],
    ['template', template],
    ['certificate.file', certificate?.file],
    ['certificate.password', certificate?.password?.kind],
    ['access', access === undefined ? undefined : accessText(access)],
    ['rules', rules.map(({ name }) => name).join(', ')],
  ];
}

/** A table has one line for it. */
function firstLine(text: string): string {
  const lines = text.trimEnd().split('\n');
  const [first = ''] = lines;
  return lines.length === 1 ? first : `${first} … (${String(lines.length)} lines)`;
}

function accessText({ name, entries }: AccessList): string {
  const who = entries.map(({ kind, name: whom, rights }) => `${kind} ${whom}: ${rights}`);
  return `${name} (${who.length === 0 ? 'nobody' : who.join(', ')})`;
}

export function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
