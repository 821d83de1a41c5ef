import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Body, type BodyOptions, type BodyState } from '../../../src/adapters/pop3/body.ts';

/** Lines as RFC 1939 section 3 sends them: a dot before each that begins with one, then the final dot. */
function stuffed(text: string, eol = '\r\n'): string {
  const lines = text.split(eol).slice(0, -1);
  return `${lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}${eol}`).join('')}.${eol}`;
}

interface Outcome {
  text: string;
  rest: string;
  state: BodyState;
}

function read(chunks: readonly string[], options: Partial<BodyOptions> = {}): Outcome {
  const body = new Body({ size: null, lineFeeds: false, ...options });
  const out: Buffer[] = [];
  let rest = '';
  for (const chunk of chunks) {
    if (body.state === 'open') {
      body.push(Buffer.from(chunk, 'latin1'));
      out.push(...body.take().map((each) => Buffer.from(each)));
    } else rest += chunk;
  }
  const text = Buffer.concat(out).toString('latin1');
  expect(body.octets).toBe(text.length);
  return { text, rest: body.rest.toString('latin1') + rest, state: body.state };
}

function inPieces(text: string, size: number): string[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, at) => text.slice(at * size, (at + 1) * size));
}

function everyTwoWaySplit(wire: string): string[][] {
  return Array.from({ length: wire.length + 1 }, (_, at) => [wire.slice(0, at), wire.slice(at)]);
}

/** The same outcome whole, octet by octet, and in every two-way split. */
function expectAlways(wire: string, options: Partial<BodyOptions>, outcome: Partial<Outcome>) {
  const ways = [[wire], ...everyTwoWaySplit(wire), ...[1, 2, 3, 5].map((n) => inPieces(wire, n))];
  for (const chunks of ways) expect(read(chunks, options)).toMatchObject(outcome);
}

const tricky = fc
  .array(fc.constantFrom('.', '..', '\r', '\n', '\r\n', '\r\n.', '.\r', 'a', '\0', '\xff'), {
    maxLength: 30,
  })
  .map((parts) => {
    const text = parts.join('');
    return text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  });

const answers = ['+OK\r\n', '-ERR no\r\n', '+ok 3 octets\r\n', '+OK\n'];

describe('undoing the byte-stuffing', () => {
  it.each([
    ['.\r\n', ''],
    ['\r\n.\r\n', '\r\n'],
    ['..\r\n.\r\n', '.\r\n'],
    ['a\n.\nb\r\n.\r\n', 'a\n.\nb\r\n'],
    ['a\r\n..b\r\n...\r\n.\r\n', 'a\r\n.b\r\n..\r\n'],
    ['.\rx\r\n.\r\n', '\rx\r\n'],
    ['.\r\r\n.\r\n', '\r\r\n'],
    ['..a\r\n..b\r\n..c\r\n..d\r\n.\r\n', '.a\r\n.b\r\n.c\r\n.d\r\n'],
  ])('%j is %j wherever it is cut', (wire, text) => {
    for (const answer of answers)
      expectAlways(wire + answer, {}, { text, rest: answer, state: 'ended' });
  });

  it('gives back any message, cut in two anywhere, and what came after it', () => {
    fc.assert(
      fc.property(tricky, fc.constantFrom(...answers), (text, after) => {
        for (const chunks of everyTwoWaySplit(stuffed(text) + after))
          expect(read(chunks)).toEqual({ text, rest: after, state: 'ended' });
      }),
    );
  });

  it('gives back any message in random pieces', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(tricky, cuts, (text, sizes) => {
        const wire = `${stuffed(text)}+OK next\r\n`;
        const chunks: string[] = [];
        for (let at = 0, turn = 0; at < wire.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(wire.slice(at, at + size));
          at += size;
        }
        expect(read(chunks)).toEqual({ text, rest: '+OK next\r\n', state: 'ended' });
      }),
    );
  });

  it('is not at its end before the answer behind the final dot began', () => {
    const wire = `${stuffed('one\r\n.two\r\n')}+OK`;
    for (let at = 0; at <= wire.length; at += 1)
      expect(read([wire.slice(0, at)]).state).toBe('open');
    expect(read([`${wire} `]).state).toBe('ended');
  });
});

describe('a server that does not double the dots', () => {
  const text = 'a\r\n\r\nfirst half\r\n.\r\nsecond half\r\n.\r\n..\r\nend\r\n';
  const wire = `${text}.\r\n+OK\r\n`;

  it('gives a message whole where LIST tells how long it is', () => {
    expectAlways(wire, { size: text.length }, { text, rest: '+OK\r\n', state: 'ended' });
  });

  it('even one that speaks of POP3 itself', () => {
    const tale = 'a\r\n.\r\nb\r\n.\r\n+OK 3 messages\r\n.\r\n-ERR\r\n';
    const options = { size: tale.length };
    expectAlways(`${tale}.\r\n+OK\r\n`, options, { text: tale, state: 'ended' });
  });

  it.each([null, 0, 5, 14, text.length - 1, text.length + 1, 40])(
    'gives nothing to be believed where LIST says %s',
    (size) => {
      expectAlways(wire, { size }, { state: 'out-of-step' });
    },
  );

  it('nor where a dot was taken away before', () => {
    const dotted = `.css\r\n${text}`;
    expectAlways(`${dotted}.\r\n+OK\r\n`, { size: dotted.length }, { state: 'out-of-step' });
  });
});

describe('a server that ends lines by LF alone', () => {
  const text = 'a: b\n\n.one\n..two\nthree\n';

  it('everywhere: a dot counts after each LF', () => {
    const wire = `${stuffed(text, '\n')}+OK\n`;
    for (const size of [null, 3, text.length])
      expectAlways(wire, { lineFeeds: true, size }, { text, rest: '+OK\n', state: 'ended' });
  });

  it.each(['.\n', '.\r\n'])('in its messages alone, ended by %j: the size tells', (dot) => {
    const plain = 'a: b\n\none\n.\n+OK\ntwo\n';
    const wire = `${plain}${dot}+OK\r\n`;
    expectAlways(wire, { size: plain.length }, { text: plain, rest: '+OK\r\n', state: 'ended' });
  });

  it('in its messages alone, with sizes that are wrong: known as doubtful', () => {
    const body = new Body({ size: 7, lineFeeds: false });
    body.push(Buffer.from('a: b\n\none\n'));
    expect(body.isDoubtful).toBe(false);
    body.push(Buffer.from('.\r\n'));
    expect(body).toMatchObject({ state: 'open', isDoubtful: true, hasLooseEnd: true });
    body.giveUp();
    expect(body.state).toBe('out-of-step');
  });
});

it('a message that goes on far beyond its size has no end', () => {
  const body = new Body({ size: 10, lineFeeds: false });
  const line = Buffer.alloc(64 * 1024 * 1024, 'x');
  for (let count = 0; count < 4; count += 1) body.push(line);
  expect(body.state).toBe('open');
  body.push(line);
  expect(body.state).toBe('endless');
});
