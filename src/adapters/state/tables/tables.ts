/** The tables of one open database. */

import type { Database } from '../../../disk/sqlite.ts';
import { AccountTable } from './accounts.ts';
import { FolderTable } from './folders.ts';
import { IntentTable } from './intents.ts';
import { MailTable } from './mail.ts';
import { MessageTable } from './messages.ts';
import { Sql } from './sql.ts';
import { TroubleTable } from './troubles.ts';

export interface Tables {
  readonly sql: Sql;
  readonly accounts: AccountTable;
  readonly folders: FolderTable;
  readonly messages: MessageTable;
  readonly troubles: TroubleTable;
  readonly intents: IntentTable;
  readonly mail: MailTable;
}

export function tablesOf(db: Database): Tables {
  const sql = new Sql(db);
  return {
    sql,
    accounts: new AccountTable(sql),
    folders: new FolderTable(sql),
    messages: new MessageTable(sql),
    troubles: new TroubleTable(sql),
    intents: new IntentTable(sql),
    mail: new MailTable(sql),
  };
}
