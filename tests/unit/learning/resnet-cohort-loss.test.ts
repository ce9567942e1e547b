import { describe, expect, it } from 'vitest';
import { createTrainingSession } from '../../../src/learning/autodiff/index.ts';
import { type CohortTies, createCohortLoss } from '../../../src/learning/resnet/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { breslowEtaDerivatives } from '../../../src/survival/cox/breslow-likelihood.ts';
import { buildRiskSets } from '../../../src/survival/cox/risk-sets.ts';
import { fitCox, type SurvivalData } from '../../../src/survival/index.ts';
import { buildLossGradients } from '../../support/resnet-gradients.ts';

const ROWS = 40;

/** Whole months, so that events tie; a third enters late. */
const cohortData = (): SurvivalData => {
  const random = createRandom(8);
  const time = Float64Array.from({ length: ROWS }, () => 4 + random.integer(12));
  return {
    time,
    entry: time.map((_, i) => (i % 3 === 0 ? random.integer(8) / 2 : 0)),
    event: Uint8Array.from(time, () => Number(random.uniform() < 0.6)),
  };
};
const data = cohortData();
const events = Array.from(data.event).reduce((sum, value) => sum + value, 0);
const etaOf = (spread: number): Float64Array => {
  const random = createRandom(9);
  return Float64Array.from({ length: ROWS }, () => Math.fround(spread * random.normal()));
};
const all = Array.from({ length: ROWS }, (_, row) => row);

const evaluate = async (rows: readonly number[], eta: Float64Array, ties: CohortTies = 'breslow') => {
  const cohort = createCohortLoss(data, ties);
  const session = await createTrainingSession(buildLossGradients(rows.length, cohort.columns));
  const own = Float32Array.from(rows, (row) => eta[row]!);
  const { loss, slope } = await session.run({ eta: own, ...cohort.inputs(rows, eta, rows.length) });
  await session.release();
  return { loss: loss![0]!, slope: slope! };
};
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe('the Cox loss with the whole cohort in the batch', () => {
  it.each([0.5, 20])(
    "is Breslow's log likelihood of survival, and so is its slope (eta of %d SD)",
    async (spread) => {
      const eta = etaOf(spread);
      const expected = breslowEtaDerivatives(buildRiskSets(data), new Float64Array(ROWS).fill(1), eta);
      const { loss, slope } = await evaluate(all, eta);
      expect((-loss * events) / expected.logLikelihood).toBeCloseTo(1, 6);
      expect(createCohortLoss(data).negativeLogLikelihood(eta)).toBeCloseTo(
        -expected.logLikelihood / events,
        10,
      );
      expect(
        furthest(
          slope,
          expected.gradient.map((value) => -value / events),
        ),
      ).toBeLessThan(1e-6);
    },
  );

  it.each(['breslow', 'efron'] as const)(
    'is the log likelihood of a Cox fit with the ties of %s',
    async (ties) => {
      const x = etaOf(1);
      const fit = fitCox({ x, columns: 1, data, ties });
      const { loss, slope } = await evaluate(
        all,
        x.map((value) => value * fit.coefficients[0]!),
        ties,
      );
      expect(-loss * events).toBeCloseTo(fit.logLikelihood.fitted, 3);
      // At the maximum the covariate's slope is 0.
      expect(slope.reduce((sum, value, i) => sum + value * x[i]!, 0)).toBeCloseTo(0, 6);
      expect((await evaluate(all, new Float64Array(ROWS), ties)).loss * -events).toBeCloseTo(
        fit.logLikelihood.null,
        3,
      );
    },
  );
});

describe('the Cox loss of a batch', () => {
  const rows = [3, 11, 20, 21];

  it.each(['breslow', 'efron'] as const)("has its rows' part of the cohort's slope (%s)", async (ties) => {
    const eta = etaOf(1);
    const whole = await evaluate(all, eta, ties);
    const { slope } = await evaluate(rows, eta, ties);
    expect(
      furthest(
        slope,
        rows.map((row) => whole.slope[row]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it('is the loss of the cohort without the eta of the events outside', async () => {
    const eta = etaOf(1);
    const outside = all.filter((row) => !rows.includes(row) && data.event[row] === 1);
    const sum = outside.reduce((total, row) => total + eta[row]!, 0);
    const expected = createCohortLoss(data).negativeLogLikelihood(eta) + sum / events;
    expect((await evaluate(rows, eta)).loss).toBeCloseTo(expected, 5);
  });

  it('stays finite where eta is far out', async () => {
    const eta = etaOf(1);
    eta[3] = 500;
    eta[11] = -500;
    eta[0] = 300;
    const { loss, slope } = await evaluate(rows, eta);
    expect([loss, ...slope].every(Number.isFinite)).toBe(true);
    expect(loss).toBeGreaterThan(10);
  });

  it('does not read the last known eta of its own rows', () => {
    const [eta, other] = [etaOf(1), etaOf(1)];
    for (const row of rows) other[row] = NaN;
    const cohort = createCohortLoss(data);
    expect(cohort.inputs(rows, other, 5)).toEqual(cohort.inputs(rows, eta, 5));
  });

  it('has -Infinity where nobody else is at risk, and masks rows that fill up', () => {
    const cohort = createCohortLoss({ time: Float64Array.of(1, 2), event: Uint8Array.of(1, 1) });
    const inputs = cohort.inputs([1], Float64Array.of(0.5, 9), 2);
    expect(Array.from(inputs.logOthersAtRisk)).toEqual([0.5, -Infinity]);
    expect(Array.from(inputs.atRisk)).toEqual([1, 1, 0, 0]);
    expect(Array.from(inputs.mask)).toEqual([1, 0]);
    expect(Array.from(inputs.event)).toEqual([1, 0]);
  });

  it('refuses batches and etas that cannot be', () => {
    const cohort = createCohortLoss(data);
    const eta = etaOf(1);
    const refused = (run: () => unknown) => {
      expect(run).toThrow(expect.objectContaining({ code: 'LEARNING_INPUT_INVALID' }));
    };
    refused(() => cohort.inputs([], eta, 4));
    refused(() => cohort.inputs([1, 1], eta, 4));
    refused(() => cohort.inputs([1, 2, 3], eta, 2));
    refused(() => cohort.inputs([ROWS], eta, 4));
    refused(() => cohort.inputs([1], eta.with(2, NaN), 4));
    refused(() => cohort.negativeLogLikelihood(eta.slice(1)));
    refused(() => createCohortLoss({ time: Float64Array.of(1), event: Uint8Array.of(0) }));
  });
});
