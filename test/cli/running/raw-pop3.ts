/** What a POP3 server holds, read by a client that shares no code with the program. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Octets of each message in clear, dots un-stuffed (RFC 1939 section 3). */
export async function popMessages(
  port: number,
  { address, password }: { address: string; password: string },
): Promise<Buffer[]> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  /** Takes what stands before `end`, that left out. */
  const until = async (end: string): Promise<string> => {
    while (!text.includes(end)) await once(socket, 'data');
    const [taken = ''] = text.split(end, 1);
    text = text.slice(taken.length + end.length);
    return taken;
  };
  const ask = async (command: string): Promise<string> => {
    if (command !== '') socket.write(`${command}\r\n`);
    const answer = await until('\r\n');
    if (!answer.startsWith('+OK')) throw new Error(`${command}: ${answer}`);
    return answer;
  };
  for (const command of ['', `USER ${address}`, `PASS ${password}`]) await ask(command);
  const count = Number((await ask('STAT')).split(' ')[1]);
  const messages: Buffer[] = [];
  for (let number = 1; number <= count; number += 1) {
    await ask(`RETR ${String(number)}`);
    text = `\r\n${text}`;
    const stuffed = await until('\r\n.\r\n');
    messages.push(Buffer.from(`${stuffed}\r\n`.replaceAll('\r\n.', '\r\n').slice(2), 'latin1'));
  }
  socket.end('QUIT\r\n');
  return messages;
}
