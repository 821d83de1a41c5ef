/** What the server says it can (CAPA, RFC 2449); older ones are known by trying. */

import { RefusedError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import type { Pop3Connection } from './connection.ts';

export interface Capabilities {
  /** Lines of CAPA as they came, fit to be shown; empty where the server has no CAPA. */
  readonly lines: readonly string[];
  /** First words in upper case. */
  readonly names: ReadonlySet<string>;
  /** Mechanisms of the SASL line, in upper case. */
  readonly sasl: ReadonlySet<string>;
}

/** Far more than any server has. */
const lineCount = 200;

export async function askCapabilities(connection: Pop3Connection): Promise<Capabilities> {
  const reply = await connection.command('CAPA');
  const lines: string[] = [];
  if (reply.kind === 'ok') {
    await connection.lines((line) => {
      if (lines.length === lineCount) throw withoutEnd();
      lines.push(printable(line));
    });
  }
  return capabilitiesOf(lines);
}

function withoutEnd(): RefusedError {
  return new RefusedError('the server lists capabilities without end (CAPA)', {
    layer: 'capabilities',
    remedy: 'Check that host and port are those of a POP3 server.',
  });
}

function capabilitiesOf(lines: readonly string[]): Capabilities {
  const words = lines.map((line) => line.toUpperCase().split(/\s+/));
  const sasl = words.filter(([name]) => name === 'SASL').flatMap(([, ...mechanisms]) => mechanisms);
  return {
    lines,
    names: new Set(words.map(([name = '']) => name)),
    sasl: new Set(sasl.filter((mechanism) => mechanism !== '')),
  };
}
