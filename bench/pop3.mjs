/** POP3 into Maildir, near and far, beside mpop, fetchmail and getmail. */
import { runSuite, scaled } from './machinery/contest.mjs';
import { oneWay, slowLine } from './machinery/helpers.mjs';
import { freshRoom, settle } from './machinery/image.mjs';
import { requireMessages } from './machinery/maildir.mjs';
import { makeFetchmail, makeGetmail, makeMpop } from './machinery/pop3-peers.mjs';
import { makeHome, receiving, sync } from './machinery/posthorn.mjs';
import { mailbox, once } from './machinery/servers.mjs';

const large = (options) => scaled(10_000, options, 100);
const small = (options) => scaled(1000, options, 20);

const maildrop = (count, seed) =>
  once((options) => mailbox(options.place, { INBOX: count(options) }, { seed, pop3: true }));
const largeDrop = maildrop(large, 4);
const smallDrop = maildrop(small, 5);

function makePosthorn(room, drop, port) {
  const home = makeHome(room, { one: receiving(room, drop, 'pop3', port) });
  return { mail: home.mail, run: () => sync(home) };
}

/** Each measurement starts from nothing, in a room of its own. */
function program(place, make, drop, { needs, port } = {}) {
  const go = async () => {
    const room = freshRoom(place);
    const { mail, run } = make(room.folder, drop, port);
    settle(room.folder);
    const result = await run();
    requireMessages(mail, drop.messages, needs ?? 'posthorn');
    await room.remove();
    return result;
  };
  return { needs, go };
}

const besideMpop = (place, drop, port) => ({
  posthorn: program(place, makePosthorn, drop, { port }),
  mpop: program(place, makeMpop, drop, { needs: 'mpop', port }),
});

const rows = [
  {
    name: 'maildrop',
    title: (options) => `${large(options)} messages, 12 KB each, left on the server`,
    programs: async (options) => besideMpop(options.place, await largeDrop(options)),
    goals: [{ of: 'wall', beside: 'mpop', atMost: 0.3 }],
  },
  {
    name: 'far',
    title: (options) => `${large(options)} messages over ${oneWay} ms each way`,
    programs: async (options) => {
      const drop = await largeDrop(options);
      const { host, ports } = drop.dovecot;
      return besideMpop(options.place, drop, await slowLine({ host, port: ports.pop3 }));
    },
    goals: [{ of: 'wall', beside: 'mpop', atMost: 0.5 }],
  },
  {
    name: 'others',
    title: (options) => `${small(options)} messages, 12 KB each, by slower programs too`,
    programs: async (options) => {
      const drop = await smallDrop(options);
      return {
        ...besideMpop(options.place, drop),
        fetchmail: program(options.place, makeFetchmail, drop, { needs: 'fetchmail' }),
        getmail: program(options.place, makeGetmail, drop, { needs: 'getmail' }),
      };
    },
  },
];

await runSuite('pop3', rows, ['mpop', 'fetchmail', 'getmail']);
