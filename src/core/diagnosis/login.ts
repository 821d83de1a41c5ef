/** Why a login was refused, likeliest first: the password, the user name, what the provider must allow, the method. */

import type { Circumstances, Failure, Finding } from './circumstances.ts';

export function loginFindings(failure: Failure, circumstances: Circumstances): readonly Finding[] {
  switch (failure.code) {
    case 'credentials':
      return refused(circumstances);
    case 'temporary':
    case 'locked':
      return busyFindings(circumstances);
    case 'timeout':
      return [{ cause: 'the server is overloaded, or makes whoever failed before wait' }];
    default:
      return [];
  }
}

function refused(circumstances: Circumstances): readonly Finding[] {
  const { provider } = circumstances;
  if (provider?.notes.includes('oauth-only') === true && isPassword(circumstances))
    return [...withoutPasswords(circumstances, provider.name)];
  return [
    password(circumstances),
    ...userName(circumstances),
    ...permission(circumstances),
    ...method(circumstances),
    ...otherProvider(circumstances),
  ];
}

/** The option of `account add` and `account edit` that says it. */
function option(circumstances: Circumstances, name: 'user' | 'auth', value: string): string {
  const { service, sameLogin } = circumstances;
  if (name === 'user') return `--${service === 'smtp' && !sameLogin ? 'out-' : ''}user ${value}`;
  return `--${service === 'smtp' ? 'out' : 'in'}-auth ${value}`;
}

function isPassword({ auth }: Circumstances): boolean {
  return !['xoauth2', 'oauthbearer', 'external'].includes(auth);
}

function* withoutPasswords(circumstances: Circumstances, name: string): Iterable<Finding> {
  yield {
    cause: `${name} lets mail programs in by OAuth 2.0 alone, whatever the password`,
    remedy: `Use an access token: ${option(circumstances, 'auth', 'xoauth2')}, and a command that prints one as the password.`,
  };
}

function password(circumstances: Circumstances): Finding {
  const { provider, auth } = circumstances;
  if (auth === 'external')
    return {
      cause: 'the server does not know the client certificate, or not for this user',
      remedy: 'Check the certificate and its key (tls.cert, tls.key) with whoever runs the server.',
    };
  if (!isPassword(circumstances))
    return {
      cause: 'the access token has expired, or was made for something else than mail',
      remedy: 'Check the command that prints the token.',
    };
  if (provider?.notes.includes('app-password') === true)
    return {
      cause: `${provider.name} wants an app password here, not the one of its web site`,
      remedy: `Make one in the security settings of its web site, and give that.`,
    };
  if (provider?.notes.includes('mail-password') === true)
    return {
      cause: `${provider.name} wants the e-mail password here, which is set apart from that of its web site`,
      remedy: `Set one in the settings of its web site, and give that.`,
    };
  return {
    cause:
      'the password is mistyped, was changed, or must be an app password (common with two-factor login)',
    remedy: passwordRemedy(circumstances),
  };
}

function passwordRemedy({ passwordFrom }: Circumstances): string {
  switch (passwordFrom) {
    case 'command':
      return 'Check what the command of its password prints.';
    case 'env':
      return 'Check the environment variable that holds it.';
    case 'file':
      return 'Check the first line of the file that holds it.';
    default:
      return 'Give the password once more.';
  }
}

/** Two forms are about: the whole address, and what stands before the at sign. */
function* userName(circumstances: Circumstances): Iterable<Finding> {
  const { provider, username, address } = circumstances;
  if (username === null) return;
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@')));
  const [form, other] = username.includes('@') ? ['address', local] : ['local', address];
  if (provider !== null && provider.username === form) {
    if (username !== (form === 'address' ? address : local))
      yield {
        cause: `the user name ${username} is not that of this mailbox`,
        remedy: `Check it: ${option(circumstances, 'user', 'NAME')}`,
      };
    return;
  }
  const wants = form === 'address' ? 'only what stands before the @' : 'the whole address';
  const remedy = `Try it: ${option(circumstances, 'user', other === '' ? 'NAME' : other)}`;
  yield provider === null
    ? { cause: `the user name has another form: the server may want ${wants}`, remedy }
    : { cause: `${provider.name} wants ${wants} as user name`, remedy };
}

function* permission({ provider, service }: Circumstances): Iterable<Finding> {
  const needed = {
    imap: ['enable-imap-first'],
    pop3: ['enable-pop3-first'],
    smtp: ['enable-imap-first', 'enable-pop3-first'],
  } as const;
  const protocol = service === 'smtp' ? 'mail programs' : service.toUpperCase();
  if (provider === null)
    yield {
      cause: `${protocol} must first be allowed in the settings of the provider's web site`,
      remedy: `Look there for ${service === 'smtp' ? '“SMTP” or “mail programs”' : `“${protocol}”`}.`,
    };
  else if (needed[service].some((note) => provider.notes.includes(note)))
    yield {
      cause: `${protocol} must first be allowed in the settings of ${provider.name}'s web site`,
      remedy: `Allow ${service === 'smtp' ? 'POP3 and IMAP' : protocol} there; it may take some minutes to hold.`,
    };
  if (provider?.notes.includes('paid-only') === true)
    yield { cause: `${provider.name} offers this to paying customers alone` };
}

function* method(circumstances: Circumstances): Iterable<Finding> {
  const { auth } = circumstances;
  if (auth === 'auto' || !isPassword(circumstances)) return;
  yield {
    cause: `the server announces ${auth}, and has nothing to check this user by it`,
    remedy: `Let posthorn choose: ${option(circumstances, 'auth', 'auto')}`,
  };
}

/** The last of the server data: the mailbox may be somewhere else. */
function* otherProvider(circumstances: Circumstances): Iterable<Finding> {
  const { provider, addressProvider, address, host } = circumstances;
  if (provider !== null && provider.id === addressProvider?.id) return;
  const remedy = `Compare: posthorn account discover ${address}`;
  if (addressProvider !== null)
    yield {
      cause: `the mailbox of ${address} is at ${addressProvider.name}, not on ${host}`,
      remedy,
    };
  else yield { cause: `the mailbox is not on ${host}`, remedy };
}

function* maildropInUse({ service }: Circumstances): Iterable<Finding> {
  if (service === 'pop3')
    yield {
      cause: 'another program has the mailbox open: POP3 lets in one at a time',
      remedy: 'Close the other program, or let the daemon fetch, then test again.',
    };
}

/** It is no use to change anything of the account: the server takes nobody just now, or not this user. */
export function busyFindings(circumstances: Circumstances): readonly Finding[] {
  return [
    ...maildropInUse(circumstances),
    {
      cause:
        'too many logins, or wrong ones, in a short time: the server makes this user or this network wait',
      remedy: 'Wait a quarter of an hour, and test again.',
    },
    { cause: 'the server has a trouble of its own', remedy: 'If it stays so, ask the provider.' },
  ];
}
