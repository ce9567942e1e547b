import { randomUUID } from 'node:crypto';
import type { Bundle } from 'fhir/r4.js';
import type { ExportOptions } from './options.ts';
import type { Selection } from './selection.ts';

/** One file of an export. */
export interface ExportFile {
  readonly name: string;
  readonly list: 'output' | 'deleted';
  readonly type: string;
  readonly resources: readonly unknown[];
  /** How often it was asked for. */
  requests: number;
}

export interface ExportJob {
  readonly id: string;
  /** Address of the kick-off. */
  readonly request: string;
  readonly transactionTime: string;
  readonly files: readonly ExportFile[];
  /** How often its status was asked for. */
  polls: number;
}

const PER_FILE = 10_000;

const deletions = (deleted: readonly string[]): Bundle[] =>
  deleted.map((url) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method: 'DELETE', url } }],
  }));

const filesOf = ({ resources, deleted }: Selection, perFile: number): ExportFile[] => {
  const files: ExportFile[] = [];
  for (const [type, all] of resources)
    for (let start = 0, part = 0; start < all.length; start += perFile, part++) {
      const name = `${type}.${part}.ndjson`;
      files.push({ name, list: 'output', type, resources: all.slice(start, start + perFile), requests: 0 });
    }
  if (deleted.length > 0)
    files.push({
      name: 'deleted.ndjson',
      list: 'deleted',
      type: 'Bundle',
      resources: deletions(deleted),
      requests: 0,
    });
  return files;
};

/** The exports of one server, in memory until a client deletes them. */
export class ExportJobs {
  readonly #jobs = new Map<string, ExportJob>();
  readonly #perFile: number;

  constructor({ resourcesPerFile = PER_FILE }: ExportOptions) {
    this.#perFile = resourcesPerFile;
  }

  start(request: string, selection: Selection): ExportJob {
    const job: ExportJob = {
      id: randomUUID(),
      request,
      transactionTime: new Date().toISOString(),
      files: filesOf(selection, this.#perFile),
      polls: 0,
    };
    this.#jobs.set(job.id, job);
    return job;
  }

  find(id: string): ExportJob | undefined {
    return this.#jobs.get(id);
  }

  delete(id: string): boolean {
    return this.#jobs.delete(id);
  }
}
