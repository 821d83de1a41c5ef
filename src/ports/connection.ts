/** What connections to all mail servers share. */

/** Name and secret as resolved for one connection. The password is an access token for XOAUTH2 and OAUTHBEARER. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What the connection came to, for `account test` and --verbose. */
export interface ConnectionFacts {
  readonly host: string;
  readonly port: number;
  /** `TLSv1.3`, or null when the connection is in clear. */
  readonly tls: string | null;
  /** SASL mechanism or command that logged in, e.g. `SCRAM-SHA-256`, `LOGIN`, `APOP`, `USER`. */
  readonly mechanism: string;
  readonly capabilities: readonly string[];
}
