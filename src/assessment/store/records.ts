/**
 * Bytes with a time to live, in groups that are listed and erased as one. The two adapters (SQLite, Redis) know
 * nothing of what the bytes mean: names, encryption and JSON are the result store's.
 *
 * All methods throw {@link CdsError} STORE_UNAVAILABLE.
 */
export interface RecordStore {
  get(group: string, name: string): Promise<Uint8Array | undefined>;
  /** Replaces a record of that name; its time to live begins anew. */
  put(group: string, name: string, value: Uint8Array, ttlSeconds: number): Promise<void>;
  /** Puts a record where none of that name is alive, in one step for all processes; tells whether it did. */
  putNew(group: string, name: string, value: Uint8Array, ttlSeconds: number): Promise<boolean>;
  /**
   * Puts many, each as `put` does: of one group all or none, in the order given; over groups each by itself.
   */
  putAll(records: readonly TimedRecord[]): Promise<void>;
  /** Removes one record; without effect where there is none of that name. */
  remove(group: string, name: string): Promise<void>;
  /** The records of a group whose names begin so, in no particular order. */
  list(group: string, namePrefix: string): Promise<readonly NamedRecord[]>;
  /** Removes a whole group; the number of records that were still alive. */
  erase(group: string): Promise<number>;
  /** Also ends the connection or file it was made on. */
  close(): Promise<void>;
}

/** A record, where it goes and for how long. */
export interface TimedRecord {
  readonly group: string;
  readonly name: string;
  readonly value: Uint8Array;
  readonly ttlSeconds: number;
}

export interface NamedRecord {
  readonly name: string;
  readonly value: Uint8Array;
}
