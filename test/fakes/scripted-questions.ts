/** A person of the wizard who has every answer ready; what is asked beyond that, or not asked at all, is a failure. */
import type { Choice, Questions } from '../../src/cli/wizard/questions.ts';

/** The beginning of the question, and the answer: a text, the beginning of a choice's name, or yes and no. */
export type Answer = readonly [question: string, answer: string | boolean];

export interface ScriptedQuestions extends Questions {
  /** Everything that was said in between. */
  readonly said: string[];
  /** Answers that nobody asked for. */
  readonly left: () => readonly Answer[];
}

export function scriptedQuestions(answers: readonly Answer[]): ScriptedQuestions {
  const waiting = [...answers];
  const said: string[] = [];
  const next = (question: string): string | boolean => {
    const [answer, ...others] = waiting;
    if (answer === undefined || !question.startsWith(answer[0]))
      throw new Error(`asked: ${question}; expected: ${answer?.[0] ?? 'nothing more'}`);
    waiting.splice(0, waiting.length, ...others);
    return answer[1];
  };
  return {
    columns: 80,
    said,
    left: () => waiting,
    text: ({ message, value, optional = false, fault }) => {
      const typed = String(next(message));
      if (optional && (typed === '' || typed === '-')) return Promise.resolve('');
      const answer = typed === '' ? (value ?? '') : typed;
      const wrong = fault(answer);
      if (wrong !== undefined) throw new Error(`${message} ${answer}: ${wrong}`);
      return Promise.resolve(answer);
    },
    choose: (message, choices) => Promise.resolve(chosen(choices, message, next(message))),
    yes: (message) => Promise.resolve(next(message) === true),
    secret: (message) => Promise.resolve(String(next(message))),
    lines: (message) => Promise.resolve(String(next(message))),
    say: (text) => void said.push(text),
    warn: (text) => void said.push(text),
  };
}

function chosen<T>(choices: readonly Choice<T>[], message: string, answer: string | boolean): T {
  const found = choices.find(({ name }) => name.startsWith(String(answer)));
  if (found === undefined)
    throw new Error(
      `${message}: no ${String(answer)} among ${choices.map(({ name }) => name).join(' | ')}`,
    );
  return found.value;
}
