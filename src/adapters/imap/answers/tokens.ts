/** The tokens of a command, as imapflow builds them. */

/** One token; a section (`BODY[...]`) and an origin (`<0>`) hang on the token that they follow. */
export interface Token {
  type: string;
  value?: string | Buffer | number | null | undefined;
  section?: TokenNode[] | undefined;
  partial?: number[] | undefined;
  sensitive?: boolean;
  isLiteral8?: boolean;
}

/** A token, a parenthesised list, or NIL. */
export type TokenNode = Token | TokenNode[] | null;

export function atom(value: string): Token {
  return { type: 'ATOM', value };
}

/** A sequence set, e.g. `1:5,7`. */
export function sequence(value: string): Token {
  return { type: 'SEQUENCE', value };
}

/** A quoted string where it may be one (RFC 3501, section 9: no 8-bit, CR, LF, NUL), else a literal. */
export function astring(value: string): Token {
  return /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(value)
    ? { type: 'STRING', value }
    : { type: 'LITERAL', value: Buffer.from(value) };
}
