/** The fields of two-way sync, as rows of the same form. */
import { imap, pop3, type WizardRow } from './rows.ts';

export const syncRows: readonly WizardRow[] = [
  {
    key: 'sync.direction',
    answers: [['Direction', 'pull']],
    written: { 'sync.direction': 'pull' },
    shown: 'pull',
  },
  {
    key: 'sync.onLocalDelete',
    answers: [['Deleted here', 'expunge']],
    written: { 'sync.onLocalDelete': 'expunge' },
    shown: 'expunge',
  },
  {
    key: 'sync.onLocalDelete',
    entry: pop3,
    answers: [['Deleted here', 'delete']],
    written: { 'sync.onLocalDelete': 'delete' },
    shown: 'delete',
  },
  {
    key: 'sync.onRemoteDelete',
    answers: [['Gone from the server', 'trash']],
    written: { 'sync.onRemoteDelete': 'trash' },
    shown: 'trash',
  },
  {
    key: 'sync.onRemoteDelete',
    entry: pop3,
    answers: [['Gone from the server', 'keep']],
    written: { sync: undefined },
    shown: 'keep',
  },
  {
    key: 'sync.maxSize',
    entry: pop3,
    answers: [['Largest message', '20M']],
    written: { 'sync.maxSize': '20M' },
    shown: '20M',
  },
  {
    key: 'sync.maxAge',
    answers: [['Oldest message', '1y']],
    written: { 'sync.maxAge': '1y' },
    shown: '1y',
  },
  {
    key: 'sync.folders.include',
    answers: [['Only these folders', 'INBOX, Sent Items,Lists/*']],
    written: { 'sync.folders.include': ['INBOX', 'Sent Items', 'Lists/*'] },
    shown: 'INBOX, Sent Items, Lists/*',
  },
  {
    key: 'sync.folders.include',
    entry: { ...imap, sync: { folders: { include: ['a, b'] } } },
    answers: [['Only these folders', 'a, b']],
    written: { 'sync.folders.include': ['a, b'] },
    shown: 'a, b',
  },
  {
    key: 'sync.folders.exclude',
    answers: [['Not these folders', 'role:spam']],
    written: { 'sync.folders.exclude': ['role:spam'] },
    shown: 'role:spam',
  },
  {
    key: 'sync.folders.subscribed',
    answers: [['Subscribed alone', 'yes']],
    written: { 'sync.folders.subscribed': true },
    shown: 'yes',
  },
  {
    key: 'sync.perFolder',
    entry: { ...imap, sync: { perFolder: [{ folder: 'Lists/*', maxAge: '90d' }] } },
    answers: [],
    written: { 'sync.perFolder': [{ folder: 'Lists/*', maxAge: '90d' }] },
    shown: 'one entry',
  },
  {
    key: 'incoming.maxConnections',
    answers: [['Connections at once', '2']],
    written: { 'incoming.maxConnections': 2 },
    shown: '2',
  },
];
