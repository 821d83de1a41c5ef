/** Gives an account another NAME in the text of the file, where it stands and with its comments. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { accountNames, below, dataOf, firstThatHolds, setAccountKeys } from './edit.ts';
import { setDefaultAccount, type AccountChanges, type Data } from './edit.ts';
import { renameInText } from './text-edit.ts';

/**
 * `defaultAccount` follows. `kept` is written with the account: what it had by its old NAME alone would be lost with it. Throws ConfigurationError where there is no such account, or the new NAME is taken.
 */
export function renameAccount(
  text: string,
  name: string,
  newName: string,
  kept: AccountChanges,
): string {
  const identified = setAccountKeys(text, name, kept);
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
