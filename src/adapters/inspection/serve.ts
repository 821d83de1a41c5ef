/** The looking process: answers what the other side of the channel asks, one message a question, until that goes away. */

import { asPosthornError } from '../../errors.ts';
import type { Inspector } from '../../ports/inspector.ts';
import { inspections } from './inspect.ts';
import type { Answer, Question } from './question.ts';

export function serveInspections(state: Inspector['state']): void {
  const inspector = { ...inspections, state };
  process.on('message', (message) => {
    const { number, what, about } = message as Question;
    void answer(inspector[what](about)).then((said) => process.send?.({ ...said, number }));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(work: Promise<unknown>): Promise<Omit<Answer, 'number'>> {
  try {
    return { value: await work, failure: null };
  } catch (thrown) {
    const { message, remedy = null } = asPosthornError(thrown);
    return { value: null, failure: { message, remedy } };
  }
}
