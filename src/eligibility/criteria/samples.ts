import type { SampleFact, SampleTimePoint } from '../../chart/index.ts';
import { met, notMet, silence, sourcesOf, unknown, type Criterion } from '../judgement.ts';

/** The protocol's time points, in order. */
const TIME_POINTS: readonly SampleTimePoint[] = ['baseline', 'postoperative', 'follow-up'];

const timePointsOf = (samples: readonly SampleFact[]): SampleTimePoint[] =>
  TIME_POINTS.filter((point) => samples.some(({ timePoint }) => timePoint === point));

/** NCT07291921, inclusion: samples at the protocol's time points; found: those that are there. */
export const samples: Criterion = ({ clinical, unread }) => {
  const points = timePointsOf(clinical.samples);
  if (clinical.samples.length === 0) return unknown(silence(unread, 'specimens'));
  const what = { found: points, evidence: sourcesOf(clinical.samples) };
  return points.length === TIME_POINTS.length ? met(what) : notMet(what);
};

/**
 * NCT07291921, exclusion: inadequate samples. A time point counts as inadequate when every sample of it is; found:
 * those time points, or else those that have an adequate one.
 */
export const adequateSamples: Criterion = ({ clinical, unread }) => {
  if (clinical.samples.length === 0) return unknown(silence(unread, 'specimens'));
  const usable = timePointsOf(clinical.samples.filter(({ adequate }) => adequate));
  const spoilt = timePointsOf(clinical.samples).filter((point) => !usable.includes(point));
  return spoilt.length > 0
    ? notMet({
        found: spoilt,
        evidence: sourcesOf(clinical.samples.filter(({ timePoint }) => spoilt.includes(timePoint))),
      })
    : met({ found: usable, evidence: sourcesOf(clinical.samples) });
};
