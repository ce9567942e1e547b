import { z } from 'zod';
import { DEFAULT_MODALITY_SETTINGS, HAEMOLYSIS_RULES } from '../domain/index.ts';

const { draws, metabolomics, imaging } = DEFAULT_MODALITY_SETTINGS;

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
  imaging: z
    .strictObject({
      baselineWindowDays: days(0).default(imaging.baselineWindowDays),
      postoperativeFirstDay: days(1).default(imaging.postoperativeFirstDay),
      postoperativeLastDay: days(1).default(imaging.postoperativeLastDay),
      turnaroundDays: days(0).default(imaging.turnaroundDays),
      maximumSliceSpacingMm: z.number().gt(0).max(20).default(imaging.maximumSliceSpacingMm),
      minimumSlices: z.number().int().min(1).max(10_000).default(imaging.minimumSlices),
      minimumCoverageMm: z.number().min(0).max(1000).default(imaging.minimumCoverageMm),
      tensor: z
        .strictObject({
          sizeVoxels: z.number().int().min(8).max(512).default(imaging.tensor.sizeVoxels),
          spacingMm: z.number().gt(0).max(50).default(imaging.tensor.spacingMm),
          windowHu: z
            .tuple([z.number(), z.number()])
            .refine(([low, high]) => low < high, { error: 'not ascending' })
            .default([...imaging.tensor.windowHu]),
          marginMm: z.number().min(0).max(200).default(imaging.tensor.marginMm),
        })
        .prefault({}),
    })
    .refine((rules) => rules.postoperativeFirstDay <= rules.postoperativeLastDay, {
      error: 'postoperativeFirstDay is after postoperativeLastDay',
    })
    .prefault({}),
});
