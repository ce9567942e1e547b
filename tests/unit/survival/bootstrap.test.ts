import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import {
  bootstrap,
  type BootstrapInput,
  bootstrapInterval,
  concordanceIndex,
  pairedBootstrap,
  type Resample,
  selectRows,
} from '../../../src/survival/index.ts';

const refused = (message: RegExp, code = 'SURVIVAL_INPUT_INVALID') =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

const values = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3);
const event = Uint8Array.of(1, 0, 1, 0, 0, 0, 1, 0, 0, 0);
const mean = ({ counts }: Resample): [number] => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return [counts.reduce((sum, count, row) => sum + count * values[row]!, 0) / total];
};
const input: BootstrapInput = { rows: 10, statistic: mean, random: createRandom(5), resamples: 60 };

/** The resamples that a bootstrap sees, without the data themselves. */
const seen = (change: Partial<BootstrapInput>): Resample[] => {
  const all: Resample[] = [];
  const statistic = (resample: Resample): [number] => {
    all.push(resample);
    return [0];
  };
  bootstrap({ ...input, ...change, statistic });
  return all.slice(1);
};

describe('bootstrap', () => {
  it('is the same of the same seed, another of another', () => {
    expect(bootstrap(input)).toEqual(bootstrap({ ...input, random: createRandom(5) }));
    expect(bootstrap({ ...input, random: createRandom(6) }).replicates).not.toEqual(
      bootstrap(input).replicates,
    );
    expect(bootstrap(input).estimate).toEqual(Float64Array.of(3.9));
  });

  it('draws resample b whatever came before: more of them, or numbers drawn from its generator', () => {
    const random = createRandom(5);
    random.uniform();
    const few = bootstrap({ ...input, random, resamples: 20 });
    expect(few.replicates).toEqual(bootstrap(input).replicates.subarray(0, 20));
  });

  it('draws patients with all their rows; copies of a patient are different patients', () => {
    const cluster = Int32Array.of(8, 8, 3, 3, 3, 5, 6, 6, 5, 8);
    for (const resample of seen({ cluster })) {
      const { rows, cluster: copies } = resample.expand();
      const counted = new Float64Array(10);
      for (const row of rows) counted[row]!++;
      expect(counted).toEqual(resample.counts);
      const byPatient = [8, 3, 5, 6].map((id) => resample.counts.filter((_, row) => cluster[row] === id));
      expect(byPatient.every((counts) => new Set(counts).size === 1)).toBe(true);
      // Four patients were drawn, and every copy has the rows of one patient, each once.
      expect(byPatient.reduce((sum, counts) => sum + counts[0]!, 0)).toBe(4);
      for (const copy of new Set(copies)) {
        const own = rows.filter((_, at) => copies[at] === copy);
        expect(new Set(own).size).toBe(own.length);
        expect(own.length).toBe(cluster.filter((id) => id === cluster[own[0]!]).length);
      }
      expect(new Set(copies).size).toBe(4);
    }
  });

  it('keeps the number of events where it is stratified by them', () => {
    const events = ({ counts }: Resample): number =>
      counts.reduce((sum, count, row) => sum + count * event[row]!, 0);
    expect(seen({ event, stratifyByEvent: true }).map(events)).toEqual(Array.from({ length: 60 }, () => 3));
    expect(new Set(seen({ event }).map(events)).size).toBeGreaterThan(2);
  });

  it('draws again where there is no event, and says how often', () => {
    const single = Uint8Array.from(event, (_, row) => Number(row === 4));
    const kept = seen({ event: single });
    expect(kept.every(({ counts }) => counts[4]! > 0)).toBe(true);
    // About (9/10)^10 = .35 of the draws have none: 60 * .35 / .65 = 32 to draw again.
    const { redrawn } = bootstrap({ ...input, event: single });
    expect(redrawn).toBeGreaterThan(10);
    expect(redrawn).toBeLessThan(70);
    expect(bootstrap(input).redrawn).toBe(0);
  });

  it('draws again where the statistic fails, and gives up by name', () => {
    const failing =
      (code: 'COX_SEPARATED' | 'INTERNAL', every: boolean) =>
      (resample: Resample): [number] => {
        if ((every && resample.counts.some((count) => count > 1)) || resample.counts[0]! > 1)
          throw new CdsError(code, 'column 2');
        return mean(resample);
      };
    expect(bootstrap({ ...input, statistic: failing('COX_SEPARATED', false) }).redrawn).toBeGreaterThan(0);
    expect(() => bootstrap({ ...input, statistic: failing('COX_SEPARATED', true), attempts: 3 })).toThrow(
      refused(/resample 0 failed 3 times; the last time: column 2/, 'COX_SEPARATED'),
    );
    // What another draw wouldn't heal comes through.
    expect(() => bootstrap({ ...input, statistic: failing('INTERNAL', true) })).toThrow(
      refused(/column 2$/, 'INTERNAL'),
    );
    const notFinite = ({ counts }: Resample): [number] => [counts.some((count) => count > 1) ? NaN : 1];
    expect(() => bootstrap({ ...input, statistic: notFinite })).toThrow(
      refused(/resample 0 failed 20 times/),
    );
  });

  it.each<[string, Partial<BootstrapInput>, RegExp]>([
    ['no rows', { rows: 0 }, /rows is 0/],
    ['one patient', { cluster: new Int32Array(10) }, /only one cluster/],
    ['clusters of another length', { cluster: Int32Array.of(1) }, /cluster has 1 values/],
    ['events of another length', { event: Uint8Array.of(1) }, /event has 1 values/],
    ['strata without events', { stratifyByEvent: true }, /needs event/],
    ['no resamples', { resamples: 0 }, /resamples is 0/],
    ['no attempts', { attempts: 0 }, /attempts is 0/],
    ['a statistic that is NaN', { statistic: () => [1, NaN] }, /not finite at index 1/],
  ])('refuses %s', (_, change, message) => {
    expect(() => bootstrap({ ...input, ...change })).toThrow(refused(message));
  });
});

describe('bootstrapInterval', () => {
  it('of the mean: about 1.96 standard errors to either side, on all methods', () => {
    const result = bootstrap({ ...input, resamples: 2000, jackknife: true });
    const squares = values.reduce((sum, value) => sum + (value - 3.9) ** 2, 0);
    const error = Math.sqrt(squares / 10 / 10);
    for (const method of ['percentile', 'basic', 'bca'] as const) {
      const interval = bootstrapInterval(result, { method });
      expect(interval.standardError / error).toBeCloseTo(1, 1);
      expect((interval.upper - interval.lower) / (2 * 1.96 * error)).toBeCloseTo(1, 1);
      expect(interval.lower < 3.9 && interval.upper > 3.9).toBe(true);
    }
  });

  it('grows with the level, and mirrors for basic', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 0.9 }), (seed, level) => {
        const result = bootstrap({ ...input, random: createRandom(seed) });
        const [narrow, wide] = [level, level + 0.05].map((at) => bootstrapInterval(result, { level: at }));
        expect(wide!.lower <= narrow!.lower && wide!.upper >= narrow!.upper).toBe(true);
        const basic = bootstrapInterval(result, { level, method: 'basic' });
        expect(basic.lower).toBeCloseTo(2 * 3.9 - narrow!.upper, 12);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses what has none', () => {
    const result = bootstrap(input);
    expect(() => bootstrapInterval(result, { method: 'bca' })).toThrow(refused(/jackknife: true/));
    expect(() => bootstrapInterval(result, { level: 1 })).toThrow(refused(/level is 1/));
    expect(() => bootstrapInterval(result, { index: 1 })).toThrow(refused(/index is 1/));
    expect(() => bootstrapInterval(bootstrap({ ...input, resamples: 1 }))).toThrow(refused(/at least 2/));
    const constant = bootstrap({ ...input, statistic: () => [1], jackknife: true });
    expect(() => bootstrapInterval(constant, { method: 'bca' })).toThrow(refused(/beyond all replicates/));
  });
});

describe('pairedBootstrap', () => {
  it('has no error where the statistics are the same, and the difference of each resample', () => {
    const data = { time: values.map((value, row) => value + row / 10), event };
    const concordance = (score: Float64Array) => (resample: Resample) => {
      const { rows } = resample.expand();
      return concordanceIndex(
        selectRows(data, rows),
        Float64Array.from(rows, (row) => score[row]!),
      ).concordance;
    };
    const shared = { rows: 10, random: createRandom(3), resamples: 50, event, stratifyByEvent: true };
    const score = values.map((value) => -value);
    const same = pairedBootstrap({ ...shared, first: concordance(score), second: concordance(score) });
    expect(bootstrapInterval(same, { index: 2 })).toMatchObject({ estimate: 0, lower: 0, upper: 0 });
    const other = pairedBootstrap({ ...shared, first: concordance(score), second: concordance(values) });
    for (let b = 0; b < 50; b++) {
      const [first, second, difference] = other.replicates.subarray(3 * b, 3 * b + 3);
      expect(difference).toBe(first! - second!);
    }
    expect(bootstrapInterval(other, { index: 2 }).lower).toBeGreaterThan(0);
  });
});
