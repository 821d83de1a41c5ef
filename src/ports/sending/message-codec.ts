/** Building and reading messages as MIME (RFC 5322, RFC 2045); never on the way from a server to disk. */

export interface Draft {
  readonly from: { name?: string; address: string };
  readonly organization?: string;
  readonly replyTo?: string;
  /** Addresses as typed, each possibly with a display name or a list of several. */
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly { path: string; filename: string }[];
  /** Milliseconds since the epoch. */
  readonly date: number;
}

/** A whole message and its envelope, Bcc taken out of the header. */
export interface Composed {
  readonly octets: Buffer;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly messageId: string;
  readonly subject: string;
}

export interface SubmissionOptions {
  /** MAIL FROM when given by -f; else the header's From, else the account's address. */
  readonly from: string | null;
  /** Recipients from the command line. */
  readonly recipients: readonly string[];
  /** -t: recipients from To, Cc and Bcc too. */
  readonly recipientsFromHeader: boolean;
  /** What From is made of where the header has none. */
  readonly sender: { name?: string; address: string };
  readonly date: number;
}

export interface MessageCodec {
  /** DataError (65) names an address that is none, or an attachment that can't be read. */
  compose(draft: Draft): Promise<Composed>;
  /**
   * A finished message as sendmail(8) takes it on standard input: line ends made CRLF, Bcc removed, Date, From and Message-ID
   * added where missing, nothing else touched. DataError where no recipient is left.
   */
  submit(raw: Buffer, options: SubmissionOptions): Promise<Composed>;
}
