/** The shipped vocabulary, modalities and models, built once for the tests that need them. */
import path from 'node:path';
import { chartQueries, type Chart, type ChartQuery } from '../../../src/chart/index.ts';
import type { FeatureVector, Landmark } from '../../../src/domain/index.ts';
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

/** The features that a modality extracts of a chart, which it must find usable. */
export const featuresOf = async (of: Modality, chart: Chart, landmark: Landmark): Promise<FeatureVector> =>
  (await of.extract(chart, landmark, { signal: NEVER })).features;
