import { CdsError } from '../../domain/index.ts';
import type { FhirClient, TokenSource } from '../client/types.ts';

/** Whose resources: a Group's members, every patient's, or everything the server holds. */
export type BulkScope =
  | { readonly level: 'group'; readonly groupId: string }
  | { readonly level: 'patient' }
  | { readonly level: 'system' };

/** What an export does at the moment; numbers and resource types only. */
export type BulkProgress =
  | { readonly step: 'requested' }
  | {
      readonly step: 'preparing';
      readonly polls: number;
      readonly waitedMs: number;
      /** Of X-Progress, where it names one. */
      readonly percent?: number;
    }
  | {
      readonly step: 'downloading';
      /** Name of the file that is there now. */
      readonly file: string;
      readonly resources: number;
      readonly done: number;
      readonly total: number;
    };

/** How long to wait between requests; tests have their own. */
export interface Pacing {
  /** The first wait where the server names none; each further one is twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Rejects when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface BulkExportOptions {
  readonly client: Pick<FhirClient, 'baseUrl' | 'raw'>;
  readonly scope: BulkScope;
  /** Resource types to ask for; files of other types are left where they are. */
  readonly types: readonly string[];
  /** An instant: only what changed after it. */
  readonly since?: string;
  /** The cohort folder: `fhir/<Type>.ndjson` and `manifest.json` are written there. */
  readonly directory: string;
  /** Export anew where the folder holds a finished or an unfinished export. */
  readonly fresh?: boolean;
  /** Origins beside the server's own that status and file addresses may have, such as `https://files.example`. */
  readonly allowedOrigins?: readonly string[];
  /** Tokens for files that need one at an allowed origin; the server's own are the client's affair. */
  readonly tokens?: TokenSource;
  /** For the whole export; 6 hours unless said. */
  readonly deadlineMs?: number;
  /** Files at a time; 4 unless said. */
  readonly concurrency?: number;
  /** Longest line in bytes; 16 MiB unless said. */
  readonly maxLineBytes?: number;
  readonly signal: AbortSignal;
  readonly report: (progress: BulkProgress) => void;
  readonly pacing?: Pacing;
}

/** The parts of an export, as its errors name them. */
export type BulkStep = 'folder' | 'kick-off' | 'status' | 'manifest' | 'errors' | 'deleted' | 'download';

/** `text` holds nothing of a patient: statuses, codes, resource types, file names of ours. */
export const failed = (step: BulkStep, text: string, cause?: unknown): CdsError =>
  new CdsError('BULK_EXPORT_FAILED', `${step}: ${text}`, { cause });
