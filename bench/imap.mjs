/** IMAP and Maildir, kept both ways: first syncs, polls, and changes on either side, near and far, beside mbsync and OfflineIMAP. */
import { runSuite, scaled } from './machinery/contest.mjs';
import { oneWay, slowLine } from './machinery/helpers.mjs';
import { firstSyncs, polls, posthornAlone } from './machinery/imap-programs.mjs';
import { sizes } from './machinery/mail.mjs';
import { mailbox, once } from './machinery/servers.mjs';
import { changes, pollFolders } from './machinery/two-way.mjs';

const mebibytes = 140;

/** Shares of a mailbox as people have it. */
const shares = { INBOX: 0.4, Archive: 0.3, Sent: 0.15, Lists: 0.1, Projects: 0.04, Trash: 0.01 };

function divided(count) {
  const entries = Object.entries(shares).map(([name, share]) => [name, Math.round(count * share)]);
  return Object.fromEntries(entries);
}

const large = (options) => scaled(25_000, options, 200);
const small = (options) => scaled(25_000, options, 200);
const accounts = (options) => scaled(200, options, 4);
const far = (options) => scaled(2000, options, 200);

const largeMailbox = once((options) => mailbox(options.place, divided(large(options))));

const smallMailbox = (options, names) => {
  const folders = Object.fromEntries(names.map((name) => [name, small(options)]));
  return mailbox(options.place, folders, { size: sizes.small, seed: 2 });
};

const manyMailboxes = once(async (options) => {
  const all = [];
  for (let number = 1; number <= accounts(options); number += 1)
    all.push(await mailbox(options.place, { INBOX: 100 }, { seed: 1000 + number }));
  return all;
});

const farMailbox = once(async (options) => {
  const one = await mailbox(options.place, divided(far(options)), { seed: 3 });
  const port = await slowLine({ host: one.dovecot.host, port: one.dovecot.ports.imap });
  return { mailboxes: [one], port };
});

/** INBOX alone has more messages that are read than are changed. */
const changed = (options, ...what) =>
  changes(options.place, divided(scaled(5000, options, 2500)), ...what);

/** An answer to each message is some hundred octets, the message itself would be 12 KB. */
const moved = [
  { of: 'rest', beside: 'mbsync', atMost: 0.5 },
  { of: 'octets', beside: 'mbsync', atMost: 0.1 },
];

const each = (options) => scaled(5000, options, 50);
const twenty = (options) =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [at === 0 ? 'INBOX' : `Folder${at}`, each(options)]),
  );

/** Polls are short: more of them for the median. */
const more = (runs) => runs * 3;

const rows = [
  {
    name: 'first-sync',
    title: (options) => `first sync of ${large(options)} messages, 12 KB each, in 6 folders`,
    programs: async (options) => firstSyncs(options.place, [await largeMailbox(options)]),
    goals: [
      { of: 'wall', beside: 'mbsync', atMost: 0.25 },
      { of: 'wall', beside: 'mbsync, FSync no', atMost: 1.6 },
      { of: 'cpu', beside: 'mbsync', atMost: 1.6 },
      { of: 'peak', atMost: mebibytes },
    ],
  },
  {
    name: 'many-small',
    title: (options) => `peak memory for ${small(options) * 4} messages, 1 KB each, in 4 folders`,
    programs: async (options) => {
      const whole = await smallMailbox(options, ['INBOX', 'Two', 'Three', 'Four']);
      return posthornAlone(options.place, whole, await smallMailbox(options, ['INBOX']));
    },
    runs: () => 1,
    goals: [
      { of: 'peak', atMost: mebibytes },
      { of: 'peak', beside: 'posthorn, a quarter', atMost: 1.25 },
    ],
  },
  {
    name: 'accounts-first',
    title: (options) => `first sync of ${accounts(options)} accounts, 100 messages each`,
    programs: async (options) => firstSyncs(options.place, await manyMailboxes(options)),
    goals: [{ of: 'wall', beside: 'mbsync', atMost: 0.3 }],
  },
  {
    name: 'accounts-poll',
    title: (options) => `poll of ${accounts(options)} accounts without news`,
    programs: async (options) =>
      polls({ place: options.place, mailboxes: await manyMailboxes(options) }),
    runs: more,
    goals: [{ of: 'wall', beside: 'mbsync', atMost: 1.2 }],
  },
  {
    name: 'far-first',
    title: (options) => `first sync of ${far(options)} messages over ${oneWay} ms each way`,
    programs: async (options) => {
      const { mailboxes, port } = await farMailbox(options);
      return firstSyncs(options.place, mailboxes, port);
    },
    goals: [{ of: 'wall', beside: 'mbsync', atMost: 0.5 }],
  },
  {
    name: 'far-poll',
    title: () => `poll of an account without news, 6 folders, over ${oneWay} ms each way`,
    programs: async (options) => polls({ place: options.place, ...(await farMailbox(options)) }),
    runs: more,
    goals: [{ of: 'wall', beside: 'mbsync', atMost: 1.0 }],
  },
  {
    name: 'flags-here',
    title: () => '500 flags changed in the Maildir',
    programs: (options) => changed(options, 'flags-here'),
    goals: [{ of: 'rest', beside: 'mbsync', atMost: 1.0 }],
  },
  {
    name: 'flags-there',
    title: () => '500 flags changed on the server',
    programs: (options) => changed(options, 'flags-there'),
    goals: [{ of: 'rest', beside: 'mbsync', atMost: 1.0 }],
  },
  {
    name: 'far-flags-here',
    title: () => `500 flags changed in the Maildir, over ${oneWay} ms each way`,
    programs: (options) => changed(options, 'flags-here', { far: true }),
    goals: [{ of: 'rest', beside: 'mbsync', atMost: 0.7 }],
  },
  {
    name: 'far-flags-there',
    title: () => `500 flags changed on the server, over ${oneWay} ms each way`,
    programs: (options) => changed(options, 'flags-there', { far: true }),
    goals: [{ of: 'rest', beside: 'mbsync', atMost: 0.7 }],
  },
  {
    name: 'moved-here',
    title: () => '200 messages moved to another folder of the Maildir',
    programs: (options) => changed(options, 'moved-here'),
    goals: moved,
  },
  {
    name: 'moved-there',
    title: () => '200 messages moved to another folder of the server',
    programs: (options) => changed(options, 'moved-there'),
    goals: moved,
  },
  {
    name: 'poll-folders',
    title: (options) => `poll without news, 20 folders, ${20 * each(options)} messages`,
    programs: (options) => pollFolders(options.place, twenty(options), { size: sizes.small }),
    runs: more,
    goals: [
      { of: 'trips', beside: 'mbsync', atMost: 1.0 },
      { of: 'cpu', beside: 'node -e 0', atMost: 4.0 },
      { of: 'reads', atMost: 0 },
    ],
  },
];

await runSuite('imap', rows, ['mbsync', 'offlineimap', 'strace']);
