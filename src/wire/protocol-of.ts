/** Tells protocols apart by the first line that a server says. */

import type { PortProtocol } from '../core/discovery/port-identity.ts';

/** `line` without its line end, asked for or not. */
export function protocolOf(line: string): Exclude<PortProtocol, 'tls'> {
  if (/^(?:HTTP\/\d|<!doctype html|<html)/i.test(line)) return 'http';
  if (line.startsWith('SSH-')) return 'ssh';
  if (/^\0*\* (?:OK|PREAUTH|BYE)\b/i.test(line)) return 'imap';
  if (/^(?:\+OK|-ERR)\b/i.test(line)) return 'pop3';
  // Both greet with 220 (RFC 959, section 5.4; RFC 5321, section 3.1): only their words differ.
  if (/^220[ -].*(?:\bs?ftp|ftpd?\b|filezilla)/i.test(line)) return 'ftp';
  if (/^(?:220|421|554)(?:[ -]|$)/.test(line)) return 'smtp';
  return 'other';
}
