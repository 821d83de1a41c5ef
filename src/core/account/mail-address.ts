/** What an account's e-mail address must look like, and why a text is none. */

const label = '[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}\\p{M}_-]{0,61}[\\p{L}\\p{N}\\p{M}])?';
/** RFC 5322, section 3.2.3, and RFC 6532; dots may stand anywhere, since some providers have given such addresses away. */
const word = '[^\\s@<>()[\\]\\\\,;:"\\u0000-\\u001f\\u007f]{1,64}';
/** RFC 5322, section 3.2.4, without what else divides addresses. */
const quoted = '"[^"\\\\@<>\\u0000-\\u001f\\u007f]{1,62}"';

/** Domains in Unicode and in ASCII (xn--…) alike. */
export const addressPattern = new RegExp(`^(?:${word}|${quoted})@${label}(?:\\.${label})*$`, 'u');

/** RFC 5321, section 4.5.3.1.3: a path of 256 octets, its angle brackets included. */
export const longestAddress = 254;

/** Why the text is no address alone, as the end of the sentence "it …"; for a text that the pattern refuses. */
export function addressFault(text: string): string {
  const inBrackets = /<([^<>]*)>\s*$/.exec(text)?.[1]?.trim();
  if (inBrackets !== undefined && addressPattern.test(inBrackets))
    return `holds more than the address: give ${inBrackets} alone`;
  const [local = '', domain, ...more] = text.replace(/^"[^"]*"/, 'quoted').split('@');
  if (more.length > 0) return 'has more than one @';
  if (domain === undefined || domain === '')
    return 'has no domain: a @ and what follows it is missing';
  if (local === '') return 'has nothing before the @';
  if (domain.endsWith('.')) return 'ends with a dot';
  if (/\s/.test(text)) return 'holds a blank';
  if (domain.startsWith('.') || domain.includes('..'))
    return 'has an empty part between two dots of its domain';
  if (domain.startsWith('[')) return 'names an IP address: a domain is needed';
  return 'holds a character that stands in no address, or a part that is too long';
}
