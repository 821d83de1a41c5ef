/** Clears the secrets in hand from what a server says: some repeat the credentials that they refuse. */

/**
 * Every secret that a connection of this process was given, with the forms in which it may come back. Kept for the whole
 * process rather than for a connection: an error is told long after its connection is gone, and through libraries that know
 * nothing of it.
 */
const patterns = new Map<string, readonly RegExp[]>();

const cleared = '[secret]';

/** From now on `redacted` clears it, as it is and as base64, quoted-string and percent encoding write it. `''` is no secret. */
export function keepSecret(secret: string): void {
  if (secret === '' || patterns.has(secret)) return;
  patterns.set(secret, [plain(secret), ...encodings(secret)]);
}

/** `text` without any secret in hand. */
export function redacted(text: string): string {
  let result = text;
  for (const each of patterns.values())
    for (const pattern of each) result = result.replace(pattern, cleared);
  return result;
}

/** A secret of a letter or two stands in every sentence: it is cleared where it stands alone. */
const shortest = 4;

function plain(secret: string): RegExp {
  const body = escaped(secret);
  return secret.length < shortest
    ? new RegExp(`(?<![\\p{L}\\p{N}])${body}(?![\\p{L}\\p{N}])`, 'gu')
    : new RegExp(body, 'g');
}

function encodings(secret: string): RegExp[] {
  const quoted = secret.replace(/[\\"]/g, '\\$&');
  const percent = encodeURIComponent(Buffer.from(secret).toString());
  const other = [quoted, percent].filter((each) => each !== secret).map(plain);
  return [...other, ...base64Forms(Buffer.from(secret))];
}

/**
 * Base64 of the secret behind 0, 1 or 2 other octets (RFC 4648 section 4), without the characters that it shares with its
 * neighbours; these and the rest of the word go with it, since SASL sends name and password as one (RFC 4616).
 */
function base64Forms(secret: Buffer): RegExp[] {
  if (secret.length < shortest) return [];
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64');
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + secret.length) * 8) / 6);
    return new RegExp(`[A-Za-z0-9+/]*${escaped(text.slice(from, whole))}[A-Za-z0-9+/=]*`, 'g');
  });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
