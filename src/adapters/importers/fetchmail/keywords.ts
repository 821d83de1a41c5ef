/** The keywords of a fetchmailrc: fetchmail(1), Keyword/Option Summary. */

const synonyms: Readonly<Record<string, string>> = {
  protocol: 'proto',
  service: 'port',
  username: 'user',
  pass: 'password',
  to: 'is',
  smtp: 'smtphost',
  authenticate: 'auth',
  authentication: 'auth',
  local: 'localdomains',
  localfolder: 'folder',
  badheader: 'bad-header',
};

export function canonical(word: string): string {
  return synonyms[word] ?? word;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Of the server as a whole, with a value. */
const serverValues = set(
  'proto port via auth timeout interval envelope qvirtual interface monitor principal esmtpname esmtppassword plugin plugout bad-header',
);

/** Of the server, without one. */
const serverSwitches = set('uidl checkalias dns tracepolls');

/** Of a user, without a value. */
const userSwitches = set(
  'ssl sslcertck keep flush limitflush fetchall rewrite stripcr forcecr pass8bits mimedecode dropstatus dropdelivered idle fastuidl',
);

/** Of a user, with one. */
const userValues = set(
  'password smtpaddress smtpname mda bsmtp preconnect postconnect limit warnings fetchlimit fetchsizelimit batchlimit ' +
    'expunge properties sslproto sslcertfile sslcertpath sslfingerprint sslcommonname sslcert sslkey lmtp oauth2 ' +
    'passwordfile passwordfd moveto',
);

/** Several values may follow, up to the next keyword. */
const lists = set('aka localdomains is folder smtphost fetchdomains antispam');

const serverLists = set('aka localdomains');

/** What opens another statement, or another user. */
const openers = set('poll server skip defaults set user no here there');

export const isSwitch = (word: string): boolean =>
  serverSwitches.has(word) || userSwitches.has(word);

export const isValue = (word: string): boolean => serverValues.has(word) || userValues.has(word);

export const isList = (word: string): boolean => lists.has(word);

export const isOfServer = (word: string): boolean =>
  serverValues.has(word) || serverSwitches.has(word) || serverLists.has(word);

/** Whether a word, canonical, ends a list. */
export const isKeyword = (word: string): boolean =>
  openers.has(word) ||
  isSwitch(word) ||
  isValue(word) ||
  isList(word) ||
  negated(word) !== undefined;

/** `nokeep` is `no keep`. */
export function negated(word: string): string | undefined {
  const rest = canonical(word.slice(2));
  return word.startsWith('no') && isSwitch(rest) ? rest : undefined;
}
