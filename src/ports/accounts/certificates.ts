/** E-mail certificates (S/MIME) with their private keys, as files hold them. */

export interface CertificateFile {
  /** Its path, for the words of an error. */
  readonly file: string;
  readonly octets: Uint8Array;
  /** Null where none is set. */
  readonly password: string | null;
}

export interface CertificateFacts {
  /** Of the subject: its common name, else the first address, else the whole subject; nothing that steers a terminal. */
  readonly subject: string;
  /** The addresses that it speaks for, domains in lower case and ASCII. */
  readonly addresses: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256, 64 lower-case hex digits. */
  readonly fingerprint: string;
}

export interface Certificates {
  /**
   * Of a PEM text with certificate and private key, or a PKCS#12 file. Throws DataError for
   * what is no certificate, has no private key, or one of another certificate, or is encrypted as nothing here can read;
   * CredentialsError where the password is missing or wrong.
   */
  read(given: CertificateFile): Promise<CertificateFacts>;
  /** Whether the certificate is one for this address: in any case, its domain in either form. */
  speaksFor(facts: CertificateFacts, address: string): Promise<boolean>;
}
