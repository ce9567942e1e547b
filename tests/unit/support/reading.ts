/** The shipped vocabulary, modalities and models, built once for the tests that need them. */
import path from 'node:path';
import { chartQueries, type ChartQuery } from '../../../src/chart/index.ts';
import { createModalities, type Modality } from '../../../src/modalities/index.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';
import {
  createUnitConverter,
  loadTerminology,
  type Terminology,
  type UnitConverter,
} from '../../../src/terminology/index.ts';

export const PROFILES = path.join(PACKAGE_ROOT, 'fhir-profiles');
export const MODELS = path.join(PACKAGE_ROOT, 'models');

export const terminology: Terminology = loadTerminology([PROFILES]);
export const units: UnitConverter = createUnitConverter();
export const queries: readonly ChartQuery[] = chartQueries(terminology);
export const modalities: readonly Modality[] = createModalities({ terminology, units });

export const modality = (id: Modality['id']): Modality => {
  const found = modalities.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no modality ${id}`);
  return found;
};

/** A signal that never fires. */
export const NEVER = AbortSignal.any([]);
