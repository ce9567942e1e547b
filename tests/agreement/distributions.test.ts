import { expect, it } from 'vitest';
import { chiSquareUpperTail, midRanks, normalQuantile, normalUpperTail } from '../../src/numerics/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';

interface Answers {
  readonly normalTail: number[];
  readonly normalQuantile: number[];
  readonly chiTail: number[];
  readonly ranks: number[];
}

const SCRIPT = `result <- list(
  normalTail = pnorm(d$z, lower.tail = FALSE), normalQuantile = qnorm(d$p),
  chiTail = pchisq(d$x, d$df, lower.tail = FALSE), ranks = rank(d$tied))`;

describeWith('r', 'distributions and ranks equal R', (rscript) => {
  it('far out in the tails too', { timeout: 60_000 }, async () => {
    const data = {
      z: [-9, -3, -0.5, 0, 0.1, 1.96, 5, 8, 20, 37],
      p: [1e-300, 1e-12, 0.025, 0.3, 0.5, 0.9, 0.975, 1 - 1e-12],
      x: [1e-9, 0.3, 3.84, 10.3, 25.4, 80, 400, 1200],
      df: [1, 1, 1, 1, 3, 7.5, 20, 2],
      tied: [3, 1, 1, 4, 4, 4, -2, 0.5],
    };
    const answers = await runR<Answers>(rscript, SCRIPT, data);
    const near = (ours: readonly number[], theirs: readonly number[]): void => {
      expect(ours.length).toBe(theirs.length);
      ours.forEach((value, at) => {
        const expected = theirs[at] ?? Number.NaN;
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
      });
    };
    near(data.z.map(normalUpperTail), answers.normalTail);
    near(data.p.map(normalQuantile), answers.normalQuantile);
    near(
      data.x.map((x, at) => chiSquareUpperTail(x, data.df[at] ?? Number.NaN)),
      answers.chiTail,
    );
    near([...midRanks(data.tied).ranks], answers.ranks);
  });
});
