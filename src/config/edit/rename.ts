/** Gives an account another NAME in the text of the file, where it stands and with its comments. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { accountNames, below, dataOf, firstThatHolds, setAccountKeys } from './edit.ts';
import { setDefaultAccount, type Data } from './edit.ts';
import { renameInText } from './text-edit.ts';

/**
 * `defaultAccount` follows. `id` is written where the account has none: state that is bound to the old NAME would be lost
 * with it. Throws ConfigurationError where there is no such account, or the new NAME is taken.
 */
export function renameAccount(
  text: string,
  name: string,
  newName: string,
  id: string | undefined,
): string {
  const identified = id === undefined ? text : setAccountKeys(text, name, new Map([['id', id]]));
  const data = dataOf(identified);
  if (accountNames(identified).includes(newName))
    throw new ConfigurationError(`the account \`${newName}\` exists already`, {
      remedy: 'Choose another name.',
    });
  const renamed = firstThatHolds(
    withName(data, name, newName),
    renameInText(identified, ['accounts', name], newName),
    () => undefined,
  );
  return data['defaultAccount'] === name ? setDefaultAccount(renamed, newName) : renamed;
}

function withName(data: Data, name: string, newName: string): Data {
  const { [name]: entry, ...others } = below(data, 'accounts');
  return { ...data, accounts: { ...others, [newName]: entry } };
}
