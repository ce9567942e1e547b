/** What a part of the evidence is, and how it is kept: evidence/<name>.json, step by step. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';

/** A part while it runs. */
export interface StartedPart {
  /** Written beside the results, such as the digest of what was judged. */
  readonly header?: object;
  readonly step: (name: string, note: (text: string) => void) => Promise<object>;
  readonly close?: () => Promise<void>;
}

export interface EvidencePart {
  /** Also the file's name. */
  readonly name: string;
  readonly title: string;
  /** Paths that the figures rest on: results of another content there are done again. */
  readonly sources: readonly string[];
  /** Needs the folder that RECURRENCE_DATA names. */
  readonly needsData: boolean;
  /** Each is kept as soon as it is done. */
  readonly steps: readonly string[];
  readonly start: (dataFolder: string) => Promise<StartedPart>;
  /** Lines for the reader, with what is wanted. */
  readonly summary: (results: readonly object[]) => string[];
}

interface Kept {
  /** SHA-256 over git's hashes of the part's sources. */
  readonly source: string;
  readonly commit: string;
  readonly date: string;
  readonly results: ({ readonly step: string } & object)[];
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { encoding: 'utf8', cwd: PACKAGE_ROOT }).trim();

const fileOf = (part: EvidencePart): string => path.join(PACKAGE_ROOT, 'evidence', `${part.name}.json`);

const keptOf = (part: EvidencePart): Kept | undefined =>
  existsSync(fileOf(part)) ? (JSON.parse(readFileSync(fileOf(part), 'utf8')) as Kept) : undefined;

const sourceOf = ({ sources }: EvidencePart): string => {
  const hashes = sources.map((folder) => git('rev-parse', `HEAD:${folder}`));
  return createHash('sha256').update(hashes.join(' ')).digest('hex');
};

/** "done", "3 of 5 steps" or "of another source". */
export const stateOf = (part: EvidencePart): string => {
  const kept = keptOf(part);
  if (kept === undefined) return 'not there';
  const which = `${kept.date}, ${kept.commit}`;
  if (kept.source !== sourceOf(part)) return `of other source (${which})`;
  if (kept.results.length < part.steps.length)
    return `${String(kept.results.length)} of ${String(part.steps.length)} steps (${which})`;
  return `done (${which})`;
};

/** Goes on where it was broken off; a step is not done again for the same committed source. */
export async function runPart(
  part: EvidencePart,
  dataFolder: string,
  note: (text: string) => void,
): Promise<void> {
  if (git('status', '--porcelain', ...part.sources) !== '')
    throw new Error(`commit ${part.sources.join(', ')} first: evidence names a commit`);
  // As it is now: what is committed while this runs has no part in it.
  const [source, commit] = [sourceOf(part), git('rev-parse', '--short', 'HEAD')];
  const kept = keptOf(part);
  const results = kept?.source === source ? kept.results : [];
  const missing = part.steps.filter((name) => !results.some(({ step }) => step === name));
  if (missing.length > 0) {
    const { header, step, close } = await part.start(dataFolder);
    for (const name of missing) {
      const [started, before] = [performance.now(), process.cpuUsage()];
      results.push({ step: name, ...(await step(name, note)) });
      const cpu = process.cpuUsage(before);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      const date = new Date().toISOString().slice(0, 10);
      const evidence = { ...header, source, commit, date, results };
      writeFileSync(fileOf(part), `${JSON.stringify(evidence, null, 2)}\n`);
      note(
        `${part.name}, ${name}: ${seconds} s, ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s of CPU; ` +
          `${String(results.length)}/${String(part.steps.length)}`,
      );
    }
    await close?.();
  }
  for (const line of part.summary(results)) note(line);
}
