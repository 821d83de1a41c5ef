/** Lines from a socket. */

import type { Socket } from 'node:net';
import type { Json } from '../../ports/control.ts';

/** Without its line break; throws where the other side ends before it, or says more than `longest` characters. */
export async function readLine(socket: Socket, longest: number): Promise<string> {
  for await (const line of readLines(socket, longest)) return line;
  throw new Error('no whole line');
}

/** Until the other side ends; throws where it says more than `longest` characters without a line break. */
export async function* readLines(socket: Socket, longest: number): AsyncGenerator<string> {
  socket.setEncoding('utf8');
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    const [first = '', ...others] = (chunk as string).split('\n');
    pieces.push(first);
    for (const next of others) {
      yield pieces.join('');
      pieces = [next];
    }
    length = others.length === 0 ? length + first.length : (others.at(-1) ?? '').length;
    if (length > longest) throw new Error('a line without an end');
  }
}

export function newsLine(news: Json): string {
  return `${JSON.stringify({ news })}\n`;
}

/** The answer; all before it is news. Throws where none comes. */
export async function readAnswer(
  socket: Socket,
  longest: number,
  onNews: (news: Json) => void,
): Promise<Json> {
  for await (const line of readLines(socket, longest)) {
    const said = JSON.parse(line) as Json;
    if (!isNews(said)) return said;
    onNews(said.news);
  }
  throw new Error('no whole line');
}

function isNews(said: Json): said is { readonly news: Json } {
  return typeof said === 'object' && said !== null && 'news' in said;
}
