import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { asCdsError } from '../../domain/index.ts';
import type { NamedRecord, RecordStore } from './records.ts';

const SWEEP_EVERY_MS = 60_000;
/** How long a writer of another process is waited for; the wait blocks this thread. */
const BUSY_TIMEOUT_MS = 1000;

const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA secure_delete = ON;
`;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    grp TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (grp, name)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at);
`;

/**
 * A database with this schema, for its owner only. What was deleted does not live on in it.
 *
 * @param file a path, whose folder is made where it is missing, or ':memory:'
 * @param busyMs how long a writer of another process is waited for; the wait blocks this thread
 */
export function openDatabase(file: string, schema: string, busyMs: number): DatabaseSync {
  if (file !== ':memory:') {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    // SQLite would create it with the umask's rights; what is in it is for this user only.
    closeSync(openSync(file, 'a', 0o600));
  }
  const database = new DatabaseSync(file, { timeout: busyMs });
  database.exec(PRAGMAS + schema);
  return database;
}

interface Statements {
  readonly get: StatementSync;
  readonly put: StatementSync;
  readonly putNew: StatementSync;
  readonly remove: StatementSync;
  readonly list: StatementSync;
  readonly erase: StatementSync;
  readonly sweep: StatementSync;
}

const prepare = (database: DatabaseSync): Statements => ({
  get: database.prepare('SELECT value FROM records WHERE grp = ? AND name = ? AND expires_at > ?'),
  put: database.prepare('INSERT OR REPLACE INTO records (grp, name, value, expires_at) VALUES (?, ?, ?, ?)'),
  // One that has expired and is not swept yet counts as none.
  putNew: database.prepare(
    'INSERT INTO records (grp, name, value, expires_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (grp, name) ' +
      'DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at WHERE records.expires_at <= ?5',
  ),
  remove: database.prepare('DELETE FROM records WHERE grp = ? AND name = ?'),
  list: database.prepare(
    'SELECT name, value FROM records WHERE grp = ?1 AND substr(name, 1, length(?2)) = ?2 AND expires_at > ?3',
  ),
  erase: database.prepare('DELETE FROM records WHERE grp = ?'),
  sweep: database.prepare('DELETE FROM records WHERE expires_at <= ?'),
});

/** All or nothing, and one write of the log for all of it. */
export function inOneTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The synchronous SQLite calls as promises: what throws becomes a rejection with our code. */
function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(asCdsError(error, 'STORE_UNAVAILABLE'));
  }
}

/**
 * Records in one SQLite file (write-ahead log, readable by its owner only), for one machine.
 *
 * @param file a path, whose folder is made where it is missing, or ':memory:'
 * @throws {CdsError} STORE_UNAVAILABLE when the file cannot be opened or is no database
 */
export function createSqliteRecords(file: string): RecordStore {
  let database: DatabaseSync;
  let statements: Statements;
  try {
    database = openDatabase(file, SCHEMA, BUSY_TIMEOUT_MS);
    statements = prepare(database);
  } catch (error) {
    throw asCdsError(error, 'STORE_UNAVAILABLE', 'The store file could not be opened.');
  }
  let lastSweep = 0;
  const sweep = (now: number): void => {
    statements.sweep.run(now);
    lastSweep = now;
  };
  return {
    get: (group, name) =>
      attempt(() => {
        const row = statements.get.get(group, name, Date.now());
        return row === undefined ? undefined : (row['value'] as Uint8Array);
      }),
    put: (group, name, value, ttlSeconds) =>
      attempt(() => {
        const now = Date.now();
        if (now - lastSweep > SWEEP_EVERY_MS) sweep(now);
        statements.put.run(group, name, value, now + ttlSeconds * 1000);
      }),
    putNew: (group, name, value, ttlSeconds) =>
      attempt(() => {
        const now = Date.now();
        if (now - lastSweep > SWEEP_EVERY_MS) sweep(now);
        return statements.putNew.run(group, name, value, now + ttlSeconds * 1000, now).changes === 1;
      }),
    putAll: (all) =>
      attempt(() => {
        const now = Date.now();
        if (now - lastSweep > SWEEP_EVERY_MS) sweep(now);
        inOneTransaction(database, () => {
          for (const { group, name, value, ttlSeconds } of all)
            statements.put.run(group, name, value, now + ttlSeconds * 1000);
        });
      }),
    remove: (group, name) =>
      attempt(() => {
        statements.remove.run(group, name);
      }),
    list: (group, namePrefix) =>
      attempt(() => statements.list.all(group, namePrefix, Date.now()) as unknown as NamedRecord[]),
    erase: (group) =>
      attempt(() => {
        sweep(Date.now());
        const erased = Number(statements.erase.run(group).changes);
        // What was erased shall not live on in the write-ahead log.
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        return erased;
      }),
    close: () =>
      attempt(() => {
        if (database.isOpen) database.close();
      }),
  };
}
