import type { PooledQc } from '../../chart/index.ts';
import type { MetabolomicsRules } from '../../domain/index.ts';
import type { SampleQuality, SampleReader } from '../common/index.ts';

/** Further from 1 a batch has more wrong with it than a drift, or the recovery was written in per cent. */
const PLAUSIBLE_RECOVERY = { low: 0.5, high: 2 };

/**
 * By what a value has to be divided so that its batch's pooled samples come out at the pool's assigned value: 1 where the
 * laboratory says nothing.
 *
 * @returns undefined where quality control failed, or says what cannot be read: the analyte counts as not measured
 */
export const recoveryOf = (
  qc: PooledQc | undefined,
  { maximumPooledQcRsdPercent }: MetabolomicsRules,
): number | undefined => {
  const { rsdPercent = 0, recovery = 1 } = qc ?? {};
  // NaN passes none of these.
  const isPrecise = rsdPercent >= 0 && rsdPercent <= maximumPooledQcRsdPercent;
  const isMendable = recovery >= PLAUSIBLE_RECOVERY.low && recovery <= PLAUSIBLE_RECOVERY.high;
  return isPrecise && isMendable ? recovery : undefined;
};

/** A haemolysed sample is unfit where the site says so. */
export const underRules =
  (read: SampleReader, { onHaemolysis }: MetabolomicsRules): SampleReader =>
  (references): SampleQuality => {
    const quality = read(references);
    return quality.haemolysed && onHaemolysis === 'reject'
      ? { ...quality, fault: quality.fault ?? { reason: 'unfit-sample' } }
      : quality;
  };
