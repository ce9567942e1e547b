import { FRESH_COHORTS } from './fresh-cohorts.ts';
import { LABEL_SHUFFLES } from './label-shuffles.ts';
import type { EvidencePart } from './part.ts';
import { ST000369_FIGURES } from './st000369.ts';

/** A file each in this folder, a file each in evidence/. */
export const PARTS: readonly EvidencePart[] = [FRESH_COHORTS, LABEL_SHUFFLES, ST000369_FIGURES];
