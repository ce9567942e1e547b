import type { DatabaseSync } from 'node:sqlite';
import { asCdsError, CdsError } from '../../domain/index.ts';
import { inOneTransaction, openDatabase } from '../store/sqlite-records.ts';

/** What waits for the store: sealed, under the name that its record will have. */
export interface Spooled {
  /** Of the row: the order in which they came. */
  readonly at: number;
  readonly name: string;
  readonly value: Uint8Array;
  /** Every attempt that may have reached the store unheard. */
  readonly attempts: readonly string[];
  /** Milliseconds since 1970. */
  readonly spooledAt: number;
}

export type ToSpool = Pick<Spooled, 'name' | 'value'> & { readonly attempt: string };

/**
 * A waiting room on disk. Processes of one machine may share a file: whoever removes a row has concluded it.
 */
export interface Spool {
  /** All or none; what is there already (by name) notes the further attempt. @throws {CdsError} STORE_UNAVAILABLE */
  put(items: readonly ToSpool[]): void;
  /** The next few after a row. @throws {CdsError} STORE_UNAVAILABLE */
  after(at: number, limit: number): readonly Spooled[];
  /** Its attempts as they are now, for the one that removed it. @throws {CdsError} STORE_UNAVAILABLE */
  remove(name: string): readonly string[] | undefined;
  size(): number;
  close(): void;
}

/** The wait for another process blocks this thread, and a hook may be waiting behind it. */
const BUSY_TIMEOUT_MS = 100;

// What is in it was promised to somebody: each write reaches the disk before the answer.
const SCHEMA = `
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS spool (
    at INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    value BLOB NOT NULL,
    attempts TEXT NOT NULL,
    spooled_at INTEGER NOT NULL
  ) STRICT;
`;

const open = (file: string): DatabaseSync => {
  try {
    return openDatabase(file, SCHEMA, BUSY_TIMEOUT_MS);
  } catch (cause) {
    throw new CdsError('CONFIG_INVALID', 'feedback.spoolFile: cannot be opened or made', { cause });
  }
};

/**
 * @param file a path, or ':memory:'
 * @param limit how many may wait
 * @throws {CdsError} CONFIG_INVALID when the file cannot be opened
 */
export function createSpool(file: string, limit: number): Spool {
  const database = open(file);
  const count = database.prepare('SELECT count(*) AS rows FROM spool');
  const insert = database.prepare(
    'INSERT INTO spool (name, value, attempts, spooled_at) VALUES (?, ?, ?, ?) ' +
      "ON CONFLICT (name) DO UPDATE SET attempts = attempts || ' ' || excluded.attempts",
  );
  const next = database.prepare('SELECT * FROM spool WHERE at > ? ORDER BY at LIMIT ?');
  const remove = database.prepare('DELETE FROM spool WHERE name = ? RETURNING attempts');
  const run = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw asCdsError(error, 'STORE_UNAVAILABLE', 'Nor could the feedback be put aside.');
    }
  };
  const size = (): number => Number(count.get()?.['rows'] ?? 0);
  return {
    put: (items) => {
      run(() => {
        inOneTransaction(database, () => {
          for (const { name, value, attempt } of items) insert.run(name, value, attempt, Date.now());
          if (size() > limit) throw new CdsError('STORE_UNAVAILABLE', 'Nor could the feedback be put aside.');
        });
      });
    },
    after: (at, few) =>
      run(() =>
        next.all(at, few).map((row) => ({
          at: Number(row['at']),
          name: String(row['name']),
          value: row['value'] as Uint8Array,
          attempts: String(row['attempts']).split(' '),
          spooledAt: Number(row['spooled_at']),
        })),
      ),
    remove: (name) =>
      run(() => {
        const removed = remove.get(name);
        return removed === undefined ? undefined : String(removed['attempts']).split(' ');
      }),
    size: () => run(size),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}
