/** The rule for NAME, an account's key in the file and on the command line. */

export const accountNamePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Every subcommand's word, so that `folders list` can never mean an account of that name. */
const reserved = new Set(
  (
    'account access add all apply assign bash cancel certificate completion config copy create daemon default ' +
    'delete demo disable discover doctor edit empty enable export fetch fish flag flush folders forward help hold ' +
    'import install list login logs message move not-spam outbox passwd path raw rebuild reload remove rename reply ' +
    'restart retry run save-attachments schema send sendmail show spam start state status stop subscribe sync test ' +
    'trust unflag unsubscribe version zsh check'
  ).split(' '),
);

/** Why the text cannot be a NAME, as the end of the sentence "NAME …"; undefined where it can. */
export function accountNameFault(name: string): string | undefined {
  if (!accountNamePattern.test(name)) {
    return 'must be 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first';
  }
  return reserved.has(name) ? 'is the word of a subcommand' : undefined;
}

/**
 * A NAME for an address: its local part where free, else the whole address with a dash for the at sign, else numbered.
 * `taken` are the names that exist already.
 */
export function accountNameFor(address: string, taken: ReadonlySet<string>): string {
  const [local = '', domain = ''] = address.toLowerCase().split('@');
  const whole = asName(`${local}-${domain}`);
  const isFree = (name: string): boolean =>
    accountNameFault(name) === undefined && !taken.has(name);
  const plain = [asName(local), whole].find(isFree);
  if (plain !== undefined) return plain;
  for (let n = 2; n <= taken.size + 2; n += 1) {
    const numbered = `${whole.slice(0, 58)}-${String(n)}`;
    if (isFree(numbered)) return numbered;
  }
  return `account-${String(taken.size + 1)}`;
}

function asName(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return plain
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
    .replace(/[^a-z0-9]+$/, '');
}
