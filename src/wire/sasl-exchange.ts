/** What a SASL mechanism is to the protocols that carry it (RFC 4422 section 4). */

export type SaslMechanism =
  | 'PLAIN'
  | 'LOGIN'
  | 'CRAM-MD5'
  | 'SCRAM-SHA-1'
  | 'SCRAM-SHA-256'
  | 'XOAUTH2'
  | 'OAUTHBEARER'
  | 'EXTERNAL';

/** One authentication. All octets are decoded; the protocol adds its base64. */
export interface SaslExchange {
  readonly mechanism: SaslMechanism;
  /** What the client says first, or null where the server begins. May be empty. */
  readonly initialResponse: Buffer | null;
  /** The answer to a challenge. CredentialsError: the server proves to be another one. RefusedError: it breaks the protocol. */
  respond(challenge: Buffer): Buffer;
  /** To be called when the server says that all is well: throws where it still owes its own proof (SCRAM). */
  finish(): void;
}
