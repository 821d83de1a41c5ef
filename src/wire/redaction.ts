/** Clears the secrets in hand from what a server says: some repeat the credentials that they refuse. */

/** A form in which a secret may come back: what stands in the text then, and what is cleared with it. */
interface Form {
  readonly literal: string;
  readonly pattern: RegExp;
}

/**
 * Every secret that a connection of this process was given, with the forms in which it may come back. Kept for the whole
 * process rather than for a connection: an error is told long after its connection is gone, and through libraries that know
 * nothing of it.
 */
const forms = new Map<string, readonly Form[]>();

/**
 * How the literals begin. A process may hold the secrets of thousands of accounts, and nearly no line of a server holds any of
 * them: where none of these stands in it, no form needs to be looked for.
 */
const beginnings = new Set<string>();
const shortLiterals: string[] = [];

const cleared = '[secret]';

/** From now on `redacted` clears it, as it is and as base64, quoted-string and percent encoding write it. `''` is no secret. */
export function keepSecret(secret: string): void {
  if (secret === '' || forms.has(secret)) return;
  const all = [plain(secret), ...encodings(secret)];
  forms.set(secret, all);
  for (const { literal } of all)
    if (literal.length < shortest) shortLiterals.push(literal);
    else beginnings.add(literal.slice(0, shortest));
}

/** `text` without any secret in hand. */
export function redacted(text: string): string {
  if (!mayHoldSecret(text)) return text;
  let result = text;
  for (const each of forms.values())
    for (const { pattern } of each) result = result.replace(pattern, cleared);
  return result;
}

function mayHoldSecret(text: string): boolean {
  for (let at = 0; at + shortest <= text.length; at += 1)
    if (beginnings.has(text.slice(at, at + shortest))) return true;
  return shortLiterals.some((literal) => text.includes(literal));
}

/** A secret of a letter or two stands in every sentence: it is cleared where it stands alone. */
const shortest = 4;

function plain(secret: string): Form {
  const body = escaped(secret);
  const pattern =
    secret.length < shortest
      ? new RegExp(`(?<![\\p{L}\\p{N}])${body}(?![\\p{L}\\p{N}])`, 'gu')
      : new RegExp(body, 'g');
  return { literal: secret, pattern };
}

function encodings(secret: string): Form[] {
  const quoted = secret.replace(/[\\"]/g, '\\$&');
  const percent = encodeURIComponent(Buffer.from(secret).toString());
  const other = [quoted, percent].filter((each) => each !== secret).map(plain);
  return [...other, ...base64Forms(Buffer.from(secret))];
}

/**
 * Base64 of the secret behind 0, 1 or 2 other octets (RFC 4648 section 4), without the characters that it shares with its
 * neighbours; these and the rest of the word go with it, since SASL sends name and password as one (RFC 4616).
 */
function base64Forms(secret: Buffer): Form[] {
  if (secret.length < shortest) return [];
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64');
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + secret.length) * 8) / 6);
    const literal = text.slice(from, whole);
    const pattern = new RegExp(`[A-Za-z0-9+/]*${escaped(literal)}[A-Za-z0-9+/=]*`, 'g');
    return { literal, pattern };
  });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
