import { z } from 'zod';
import { DEFAULT_MODALITY_SETTINGS, HAEMOLYSIS_RULES } from '../domain/index.ts';

const { draws, metabolomics } = DEFAULT_MODALITY_SETTINGS;

/** Longer than any patient is followed. */
const MOST_DAYS = 3650;

const days = (least: number) => z.number().int().min(least).max(MOST_DAYS);

/**
 * How charts become features: the same for all tenants, since the models are. A model fits the settings that it was
 * trained with, alone; under others it does not load.
 */
export const modalitiesSchema = z.strictObject({
  draws: z
    .strictObject({
      turnaroundDays: days(0).default(draws.turnaroundDays),
      baselineWindowDays: days(0).default(draws.baselineWindowDays),
      firstPostoperativeDay: days(1).default(draws.firstPostoperativeDay),
      maxAgeDays: days(1).default(draws.maxAgeDays),
    })
    .prefault({}),
  metabolomics: z
    .strictObject({
      minimumMeasuredShare: z.number().gt(0).max(1).default(metabolomics.minimumMeasuredShare),
      maximumPooledQcRsdPercent: z.number().gt(0).max(100).default(metabolomics.maximumPooledQcRsdPercent),
      onHaemolysis: z.enum(HAEMOLYSIS_RULES).default(metabolomics.onHaemolysis),
      haemolysisSensitive: z.array(z.string().min(1)).default([...metabolomics.haemolysisSensitive]),
    })
    .prefault({}),
});
