/** What the start of a process costs: a poll without news from cron, and a message handed to sendmail. */
import { runSuite } from './machinery/contest.mjs';
import { countFlushes } from './machinery/flushes.mjs';
import { freshRoom, settle } from './machinery/image.mjs';
import { writeLetters } from './machinery/letters.mjs';
import { requireMessages } from './machinery/maildir.mjs';
import { measure } from './machinery/measure.mjs';
import { command, makeHome, receiving, sending, sync } from './machinery/posthorn.mjs';
import { mailbox } from './machinery/servers.mjs';

const bareNode = { go: () => measure([process.execPath, '-e', '0']) };

/** A home whose queue nobody empties; the first message has made all that is made once. */
async function senderIn(place) {
  const room = freshRoom(place);
  const home = makeHome(room.folder, { one: sending(1) }, { sendImmediately: false });
  const [letter] = writeLetters(room.folder, 1);
  const words = command('sendmail', '-i', '-f', 'one@example.org', 'tom@example.net');
  const options = { env: home.env, input: letter };
  await measure(words, options);
  settle(room.folder);
  return { words, options };
}

/** Short commands: more of them for the median. */
const more = (runs) => runs * 5;

const rows = [
  {
    name: 'poll',
    title: () => 'sync of one IMAP account without news, 6 folders',
    programs: async ({ place }) => {
      const names = ['INBOX', 'Archive', 'Sent', 'Lists', 'Projects', 'Trash'];
      const one = await mailbox(place, Object.fromEntries(names.map((name) => [name, 20])));
      const room = freshRoom(place);
      const home = makeHome(room.folder, { one: receiving(room.folder, one) });
      await sync(home);
      requireMessages(home.mail, one.messages, 'posthorn');
      return { posthorn: { go: () => sync(home) }, 'node -e 0': bareNode };
    },
    runs: more,
    goals: [{ of: 'cpu', beside: 'node -e 0', atMost: 3.5 }],
  },
  {
    name: 'sendmail',
    title: () => 'a message of 6 KB on standard input, from start to exit, durable in the queue',
    programs: async ({ place }) => {
      const { words, options } = await senderIn(place);
      return {
        posthorn: { go: () => measure(words, options) },
        'posthorn --version': { go: () => measure(command('--version').filter(isNoOption)) },
        'node -e 0': bareNode,
      };
    },
    runs: more,
    goals: [{ of: 'wall', beside: 'posthorn --version', atMost: 2 }],
  },
  {
    name: 'flushes',
    title: () => 'calls of fsync, fdatasync, syncfs and the like for a message given to sendmail',
    programs: async ({ place }) => {
      const { words, options } = await senderIn(place);
      return { posthorn: { needs: 'strace', go: () => countFlushes(words, options) } };
    },
    runs: () => 1,
    goals: [{ of: 'flushes', atMost: 4 }],
  },
];

function isNoOption(word) {
  return word !== '--no-input';
}

await runSuite('start', rows, ['strace']);
