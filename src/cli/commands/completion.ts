/** posthorn completion: prints the script that teaches a shell to complete posthorn's command lines. */

import { Argument, type Command } from 'commander';
import type { Act } from '../act.ts';
import { completionScripts } from '../completion/scripts.ts';
import { examples } from '../terminal/examples.ts';
import type { Run } from '../world.ts';

export function register(command: Command, act: Act): void {
  command
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'source <(posthorn completion bash)   in ~/.bashrc',
        'source <(posthorn completion zsh)    in ~/.zshrc, after compinit',
        'posthorn completion fish > ~/.config/fish/completions/posthorn.fish',
      ),
    )
    .action(act(print));
}

function print(run: Run, shell: keyof typeof completionScripts): Promise<number> {
  const script = completionScripts[shell];
  if (run.output.json) run.output.document({ shell, script });
  else run.output.line(script);
  return Promise.resolve(0);
}
