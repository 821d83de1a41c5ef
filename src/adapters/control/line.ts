/** One line from a socket. */

import type { Socket } from 'node:net';

/** Without its line break; throws where the other side ends before it, or says more than `longest` characters. */
export async function readLine(socket: Socket, longest: number): Promise<string> {
  socket.setEncoding('utf8');
  const pieces: string[] = [];
  let length = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    const text = chunk as string;
    const end = text.indexOf('\n');
    pieces.push(end === -1 ? text : text.slice(0, end));
    if (end !== -1) return pieces.join('');
    length += text.length;
    if (length > longest) break;
  }
  throw new Error('no whole line');
}
