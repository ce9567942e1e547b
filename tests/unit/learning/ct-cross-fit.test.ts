import { describe, expect, it } from 'vitest';
import { crossFitCt, fitCtScore, QUICK_CT_SETTINGS } from '../../../src/learning/ct/index.ts';
import type { CtCohort } from './ct-cohort.ts';
import { ctCohort } from './ct-cohort.ts';
import { createRandom } from '../../../src/numerics/index.ts';

const SETTINGS = {
  ...QUICK_CT_SETTINGS,
  network: { ...QUICK_CT_SETTINGS.network, sizeVoxels: 8 },
  epochs: 1,
};
const cohort = (): CtCohort => ctCohort({ patients: 40, sizeVoxels: 8, effect: 0, seed: 1 });

const fit = (given: Partial<CtCohort>, options = {}) => {
  const { pairs, data, folds } = { ...cohort(), ...given };
  return crossFitCt(pairs, data, folds, SETTINGS, { random: createRandom(1), ...options });
};

const refused = (code: string, message: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('crossFitCt refuses', () => {
  it.each([NaN, Infinity, -Infinity])('%d in a CT, naming the row', async (value) => {
    const { pairs } = cohort();
    pairs[7]!.postoperative[100] = value;
    await expect(fit({ pairs })).rejects.toEqual(
      refused('LEARNING_INPUT_INVALID', 'the postoperative CT of row 7 has a value that is not finite'),
    );
  });

  it('a CT of another size, naming the row', async () => {
    const { pairs } = cohort();
    const wrong = pairs.with(3, { ...pairs[3]!, baseline: new Float32Array(27) });
    await expect(fit({ pairs: wrong })).rejects.toEqual(
      refused('LEARNING_INPUT_INVALID', 'the baseline CT of row 3 has 27 values, not 512'),
    );
  });

  it('a patient twice, or one that is not there', async () => {
    const { pairs } = cohort();
    await expect(fit({ pairs: pairs.with(3, pairs[4]!) })).rejects.toEqual(
      refused('LEARNING_INPUT_INVALID', 'row 4 has two pairs'),
    );
    await expect(fit({ pairs: pairs.with(3, { ...pairs[3]!, patient: 40 }) })).rejects.toEqual(
      refused('LEARNING_INPUT_INVALID', 'row 40, which is no row of data'),
    );
  });

  it('a cohort without pairs, without events, or whose folds are of another length', async () => {
    const { data } = cohort();
    await expect(fit({ pairs: [] })).rejects.toEqual(refused('LEARNING_INPUT_INVALID', 'no pairs'));
    await expect(fit({ data: { ...data, event: new Uint8Array(40) } })).rejects.toEqual(
      refused('SURVIVAL_NO_EVENTS', 'no patient with a pair of CTs has an event'),
    );
    await expect(fit({ folds: new Int32Array(3) })).rejects.toEqual(
      refused('LEARNING_INPUT_INVALID', 'folds has 3 rows, data 40'),
    );
  });

  it('to start once its signal is aborted', async () => {
    const reason = new Error('enough');
    await expect(fit({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('fitCtScore', { timeout: 120_000 }, () => {
  it("gives each landmark its patient's cross-fitted score, from when the postoperative CT could be used", async () => {
    const { pairs, data, folds } = cohort();
    const cts = pairs.map(({ baseline, postoperative }, patient) =>
      patient % 7 === 0
        ? undefined // lacks a CT
        : { baseline, postoperative, usableMonths: patient === 1 ? 1000 : data.entry![patient]! },
    );
    const rows = cts.flatMap((_, patient) => [1, 3, 6].map((entryMonths) => ({ patient, entryMonths })));
    const { entry: _, ...observed } = data;
    const fitted = await fitCtScore({ cts, data: observed, folds, rows }, SETTINGS, {
      random: createRandom(1),
    });
    expect(fitted.patients).toBe(33); // 40 less 6 without CTs less the one whose CT came too late
    expect(fitted.models).toHaveLength(5);
    rows.forEach(({ patient, entryMonths }, row) => {
      const has = patient % 7 !== 0 && patient !== 1 && entryMonths >= data.entry![patient]!;
      expect(fitted.crossFitted[row]).toEqual(has ? fitted.byPatient[patient] : NaN);
    });
    expect(fitted.crossFitted.filter(Number.isFinite).length).toBeGreaterThan(60);
    // The same patients, as crossFitCt sees them.
    const present = pairs.filter(({ patient }) => patient % 7 !== 0 && patient !== 1);
    const entry = data.entry!.map((months, patient) => (patient % 7 === 0 || patient === 1 ? 0 : months));
    const direct = await crossFitCt(present, { ...observed, entry }, folds, SETTINGS, {
      random: createRandom(1),
    });
    expect(fitted.byPatient).toEqual(direct.crossFitted);
  });
});
