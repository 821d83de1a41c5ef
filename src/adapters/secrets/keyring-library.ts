/** The keyring's library, behind a module of ours so that it can be missing: it is an optional dependency. */

export { AsyncEntry } from '@napi-rs/keyring';
