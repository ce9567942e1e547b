import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { CdsError } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';

/** How many parts the training patients are dealt into. */
export const FOLDS = 5;

/** Of a patient what the folds are made of. */
export interface FoldPatient {
  readonly id: string;
  readonly event: boolean;
}

const byId = (a: FoldPatient, b: FoldPatient): number => (a.id < b.id ? -1 : Number(a.id > b.id));

/**
 * Patient-level folds, stratified by event: within each outcome patients are shuffled and dealt round. Who gets which
 * fold depends on the ids, the outcomes and the seed, not on the order of the patients.
 *
 * @returns the fold of each patient, 0..folds-1, in the order given
 */
export function stratifiedFolds(patients: readonly FoldPatient[], folds: number, random: Random): Int32Array {
  const assigned = new Map<string, number>();
  const sorted = [...patients].sort(byId);
  let next = 0;
  for (const outcome of [true, false]) {
    const members = sorted.filter(({ event }) => event === outcome);
    for (const { id } of random.shuffle(members)) assigned.set(id, next++ % folds);
  }
  return Int32Array.from(patients, ({ id }) => assigned.get(id) ?? 0);
}

/** The file that all rooms share: whatever is fitted on outcomes is fitted without one of its folds. */
const foldsSchema = z.strictObject({
  seed: z.number().int(),
  folds: z.number().int().positive(),
  stratifiedBy: z.literal('event'),
  patients: z.record(z.string(), z.number().int().nonnegative()),
});

export interface SharedFolds {
  /** The fold of each patient, in the order given. */
  readonly folds: Int32Array;
  /** Of the file. */
  readonly sha256: string;
  /** False where the file was there. */
  readonly written: boolean;
}

const refuse = (file: string, detail: string): never => {
  throw new CdsError('COHORT_INVALID', `${file}: ${detail}`);
};

const parse = (text: string, file: string): z.infer<typeof foldsSchema> => {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return refuse(file, 'is not JSON');
  }
  const result = foldsSchema.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // The path may hold a patient's id: only the field is told.
  return refuse(file, `${String(issue?.path[0] ?? '')}: ${issue?.message ?? ''}`);
};

/** Every patient has a fold of the file, and every fold has patients with and without an event. */
const assignmentOf = (text: string, patients: readonly FoldPatient[], file: string): Int32Array => {
  const content = parse(text, file);
  if (content.folds !== FOLDS)
    refuse(file, `was made for ${String(content.folds)} folds, not ${String(FOLDS)}`);
  const known = new Map(Object.entries(content.patients));
  if ([...known.values()].some((fold) => fold >= FOLDS))
    refuse(file, `has a fold beyond ${String(FOLDS - 1)}`);
  const absent = patients.filter(({ id }) => !known.has(id)).length;
  if (absent > 0)
    refuse(
      file,
      `lacks ${String(absent)} of the ${String(patients.length)} training patients; it was made for another cohort. ` +
        'Remove it, or name another with --folds',
    );
  const folds = Int32Array.from(patients, ({ id }) => known.get(id) ?? 0);
  for (let fold = 0; fold < FOLDS; fold++)
    if (!patients.some(({ event }, index) => event && folds[index] === fold))
      refuse(file, `fold ${String(fold)} has no training patient with an event`);
  return folds;
};

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The folds of a file, which is written where it is not there yet. It names patients: it stays with the cohort.
 *
 * @param options.random of the seed, for a file that has to be made
 * @throws {CdsError} COHORT_INVALID: a file that cannot be read, lacks a training patient, has a fold that does not
 *   exist or one without an event, or was made for another number of folds
 */
export async function sharedFolds(
  file: string,
  patients: readonly FoldPatient[],
  { seed, random }: { readonly seed: number; readonly random: Random },
): Promise<SharedFolds> {
  if (existsSync(file)) {
    const text = await readFile(file, 'utf8');
    return { folds: assignmentOf(text, patients, file), sha256: sha256Of(text), written: false };
  }
  const folds = stratifiedFolds(patients, FOLDS, random);
  const entries = patients.map(({ id }, index) => [id, folds[index] ?? 0] as const);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const content = { seed, folds: FOLDS, stratifiedBy: 'event', patients: Object.fromEntries(sorted) };
  const text = `${JSON.stringify(content, null, 1)}\n`;
  await writeFile(file, text);
  return { folds: assignmentOf(text, patients, file), sha256: sha256Of(text), written: true };
}
