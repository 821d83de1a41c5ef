/** posthorn config: where the file is, whether it holds, what it means, and its schema for editors. */

import type { Command } from 'commander';
import { findConfig } from '../../config/read/find.ts';
import { checkConfig } from '../../config/read/load.ts';
import type { Problem } from '../../config/read/config.ts';
import { schemaLine } from '../../config/schema/line.ts';
import { configJsonSchema } from '../../config/schema/schema.ts';
import { described } from '../../config/read/yaml-file.ts';
import { InternalError } from '../../errors.ts';
import { checkNamedFiles, none } from '../account/named-files.ts';
import { printable } from '../../printable.ts';
import type { Act } from '../act.ts';
import { examples } from '../terminal/examples.ts';
import { registerShow } from './config-show.ts';
import { configSource, type Run } from '../world.ts';

export function register(command: Command, act: Act): void {
  command
    .command('path')
    .description('print which file is read, whether or not it exists')
    .addHelpText('after', examples('$EDITOR "$(posthorn config path)"'))
    .action(act(printPath));
  command
    .command('check')
    .description('read the file and name everything that is wrong in it')
    .addHelpText('after', examples('posthorn config check && posthorn sync'))
    .action(act(check));
  command
    .command('schema')
    .description('print the JSON Schema of the file, for editors')
    .option('--line', 'print the first line by which an editor finds the schema by itself')
    .addHelpText(
      'after',
      examples(
        'posthorn config schema > posthorn.schema.json',
        'sed -i "1i $(posthorn config schema --line)" "$(posthorn config path)"',
      ),
    )
    .action(act(printSchema));
  registerShow(command, act);
  command.addHelpText('after', '\nExample:\n  posthorn config check && posthorn sync');
}

async function printPath(run: Run): Promise<number> {
  const { path, exists, places } = await findConfig(configSource(run));
  if (run.output.json) run.output.document({ path, exists, ...places });
  else run.output.line(path);
  return 0;
}

async function check(run: Run): Promise<number> {
  const { output } = run;
  const { location, problems, warnings } = await checkConfig(configSource(run));
  const { path, exists } = location;
  const files = exists && problems.length === 0 ? await checkNamedFiles(run) : none;
  const all = [...problems, ...files.problems];
  const said = [...warnings, ...files.warnings];
  if (output.json) output.document({ path, exists, problems: all, warnings: said });
  else {
    for (const warning of said) output.warn(warning);
    for (const problem of all) output.line(printable(problemLine(path, problem)));
    if (all.length === 0) output.say(exists ? `${path}: good` : `${path}: not there yet`);
  }
  return all.length === 0 ? 0 : 78;
}

/** `file:line:column: what is wrong`, as compilers write it, so that editors jump there. */
function problemLine(path: string, { line, column, ...problem }: Problem): string {
  const place = line === undefined ? path : `${path}:${String(line)}:${String(column ?? 1)}`;
  const text = described(problem);
  if (problem.remedy === undefined) return `${place}: ${text}`;
  return `${place}: ${text}${text.endsWith('?') ? '' : '.'} ${problem.remedy}`;
}

function printSchema(run: Run, flags: { readonly line?: boolean }): Promise<number> {
  if (flags.line !== true) run.output.line(JSON.stringify(configJsonSchema(), null, 2));
  else if (run.output.json) run.output.document({ line: firstLine() });
  else run.output.line(firstLine());
  return Promise.resolve(0);
}

function firstLine(): string {
  const line = schemaLine();
  if (line === null) throw new InternalError('no schema was built beside the program');
  return line.trimEnd();
}
