/** Two threads of a mailing list in the demo: each answer quotes and refers to the one before. */

import { compose } from './text.ts';
import type { DemoMessage } from './demo-message.ts';

interface Post {
  from: string;
  text: string;
}

export function listMessages(): DemoMessage[] {
  return [
    ...thread('Which oil for a sewing machine of 1931?', '2024-02-20T10:00:00Z', [
      { from: 'Ines Falk <ines@naht.example>', text: 'The manual says whale. I would rather not.' },
      {
        from: 'Tom Oak <tom@oak.example>',
        text: 'Clear machine oil, one drop a hole, then sew on an old towel.',
      },
      {
        from: 'Li Wen <liwen@tea.example>',
        text: 'And take the bobbin case out first. Ask me how I know.',
      },
      { from: 'Ines Falk <ines@naht.example>', text: 'It purrs. Thank you both!' },
    ]),
    ...thread('[meeting] Repair evening in March', '2024-02-26T18:00:00Z', [
      {
        from: 'Tom Oak <tom@oak.example>',
        text: "Thursday the 14th, seven o'clock, bring what is broken.",
      },
      {
        from: 'Nadia Rahimi <nadia@lamp.example>',
        text: 'I bring two toasters and a lot of crumbs.',
      },
      { from: 'Li Wen <liwen@tea.example>', text: 'I bring tea.' },
    ]),
  ];
}

function thread(subject: string, start: string, posts: readonly Post[]): DemoMessage[] {
  const first = Date.parse(start);
  return posts.map((post, index) => {
    const internalDate = new Date(first + index * 7_380_000);
    const before = posts[index - 1];
    const ids = posts.slice(0, index + 1).map((_post, each) => `<${first}.${each}@list.example>`);
    const fields = {
      From: post.from,
      To: 'repair@list.example',
      Subject: index === 0 ? subject : `Re: ${subject}`,
      Date: internalDate.toUTCString().replace('GMT', '+0000'),
      'Message-ID': ids.at(-1) ?? '',
      ...(index === 0
        ? {}
        : { 'In-Reply-To': ids.at(-2) ?? '', References: ids.slice(0, -1).join('\n ') }),
      'List-Id': 'Things worth repairing <repair.list.example>',
      'List-Post': '<mailto:repair@list.example>',
    };
    const quote = before === undefined ? '' : `> ${before.text}\n\n`;
    const raw = compose(fields, `${quote}${post.text}\n`);
    return { folder: 'Listen', flags: index === 0 ? ['\\Seen'] : [], internalDate, raw };
  });
}
