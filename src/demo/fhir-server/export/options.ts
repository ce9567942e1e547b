/** What the server does wrong with exports, for tests; changed while it runs. */
export type ExportFault =
  /** Every other poll is answered 429. */
  | 'throttled'
  /** The first request of each file is answered 500. */
  | 'file-error'
  /** The first answer with each file ends in the middle of a line. */
  | 'file-truncated'
  /** The export fails: 500 with an outcome that is not transient. */
  | 'failed';

export interface ExportOptions {
  /** Polls that are answered 202 before the files are ready; 1 unless said. */
  readonly polls?: number;
  /** Seconds in Retry-After; 1 unless said. */
  readonly retryAfterSeconds?: number;
  /** More resources of a type make several files; 10,000 unless said. */
  readonly resourcesPerFile?: number;
  /** Kept by reference. */
  readonly faults?: { mode: 'ok' | ExportFault };
}
