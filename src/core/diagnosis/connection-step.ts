/** What a connection came to, layer by layer: the steps that went well, as data that --json can print as it is. */

export interface ResolveStep {
  readonly layer: 'resolve';
  /** Addresses that the name has, in the order in which they are tried. A server given by its address has no such step. */
  readonly addresses: readonly string[];
}

export interface ConnectStep {
  readonly layer: 'connect';
  /** The address that answered. */
  readonly address: string;
  readonly port: number;
}

export interface TlsStep {
  readonly layer: 'tls';
  /** `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  readonly issuer: string;
  readonly subject: string;
  /** Host names and addresses that the certificate was issued for. */
  readonly names: readonly string[];
  /** ISO 8601; null where the certificate does not say it so that it can be read. */
  readonly validTo: string | null;
  /** Trusted by its fingerprint, whoever issued it. */
  readonly pinned: boolean;
}

export interface GreetingStep {
  readonly layer: 'greeting';
  /** The server's first line, fit to be shown. */
  readonly text: string;
}

export interface CapabilitiesStep {
  readonly layer: 'capabilities';
  /** As the server names them; the last word of it before the login. */
  readonly names: readonly string[];
}

export interface LoginStep {
  readonly layer: 'login';
  /** As in ConnectionFacts; `none` where no login was asked for. */
  readonly mechanism: string;
}

/** What the session was tried by: its folders (IMAP), its messages (POP3), or a sender that was accepted (SMTP). */
export type SessionStep =
  | {
      readonly layer: 'session';
      readonly found: 'folders' | 'messages';
      readonly count: number;
    }
  | { readonly layer: 'session'; readonly found: 'sender'; readonly address: string };

/**
 * In the order in which they happen: with STARTTLS the greeting comes before `tls`, else after it; without TLS there is no
 * such step. Text from the server in them is fit to be shown.
 */
export type ConnectionStep =
  ResolveStep | ConnectStep | TlsStep | GreetingStep | CapabilitiesStep | LoginStep | SessionStep;
