/** The step that keeps what the directories of an account's tree were like (ports/mail-store, TreeSurvey). */

export const treeStamp = `ALTER TABLE account ADD COLUMN tree TEXT`;
