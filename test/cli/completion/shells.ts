/** Real shells, with a posthorn that answers completion and otherwise prints the words that it was called with. */
import { createServer } from 'node:net';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { posthorn, type Home } from '../running/posthorn.ts';

export type Shell = 'bash' | 'zsh';

/** What `posthorn __complete …` is to print. */
export type Answer = (words: readonly string[]) => Promise<string>;

export interface Shells {
  readonly home: Home;
  /** For each of these lines the words that posthorn was called with, once it was typed: `\t` completes. */
  typed(shell: Shell, lines: readonly string[]): Promise<string[][]>;
  /** What fish offers for this line: text and description. */
  offered(line: string): Promise<string[]>;
  remove(): Promise<void>;
}

/** Without `answer`, posthorn itself answers. */
export async function openShells(home: Home, answer?: Answer): Promise<Shells> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-shells-'));
  const asked = answer === undefined ? null : await listening(join(folder, 'answers'), answer);
  await writeFile(join(folder, 'posthorn'), program(join(folder, 'answers'), asked !== null));
  await chmod(join(folder, 'posthorn'), 0o755);
  await writeFile(join(folder, 'bashrc'), "source <(posthorn completion bash)\nPS1='READY> '\n");
  await writeFile(join(folder, '.zshrc'), zshrc);
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, TERM: 'xterm', ZDOTDIR: folder };
  const spawned = async (command: readonly string[]): Promise<string> => {
    const { stdout } = await home.spawn(command, { env: { ...env, LC_ALL: 'C.UTF-8' } }).ended;
    return stdout;
  };
  return {
    home,
    typed: async (shell, lines) => {
      const rc = shell === 'bash' ? ['--noprofile', '--rcfile', join(folder, 'bashrc')] : [];
      const driver = ['python3', join(import.meta.dirname, 'typed.py'), JSON.stringify(lines)];
      const shown = await spawned([...driver, shell, ...rc, '-i']);
      return shown
        .split(/^END\r$/m)
        .slice(0, -1)
        .map((part) => [...part.matchAll(/^<(.*)>\r$/gm)].map(([, word = '']) => word));
    },
    offered: async (line) => {
      const words = `posthorn completion fish | source; complete -C '${line}'`;
      return (await spawned(['fish', '--no-config', '-c', words])).split('\n').slice(0, -1);
    },
    remove: async () => {
      asked?.close();
      await rm(folder, { recursive: true });
      await home.remove();
    },
  };
}

const zshrc = `
autoload -Uz compinit && compinit -u -D
source <(posthorn completion zsh)
unsetopt PROMPT_SP
PS1='READY> '
`;

/** \`completion\` and \`__complete\` are posthorn's, anything else is printed word by word. */
function program(socket: string, isAnswered: boolean): string {
  const ask =
    `const s = require("node:net").connect(${JSON.stringify(socket)});` +
    `s.end(JSON.stringify(process.argv.slice(1))); s.pipe(process.stdout);`;
  const answering = isAnswered ? `exec ${process.execPath} -e '${ask}' -- "$@"` : real();
  return `#!/bin/sh
case $1 in
  completion) ${real()} ;;
  __complete) ${answering} ;;
esac
printf '<%s>\\n' "$@"
echo END
`;
}

function real(): string {
  return `exec ${posthorn.join(' ')} "$@"`;
}

async function listening(path: string, answer: Answer) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('end', () => {
      void answer((JSON.parse(text) as string[]).slice(1)).then((said) => socket.end(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
