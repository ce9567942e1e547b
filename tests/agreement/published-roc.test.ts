/** AUC and DeLong's interval against R, which counts every pair. */
import { beforeAll, expect, it } from 'vitest';
import { rocArea } from '../../src/learning/published/roc.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';

interface Case {
  readonly scores: number[];
  readonly labels: number[];
}

const made = (seed: number, n: number, shift: number, steps?: number): Case => {
  const random = createRandom(seed);
  const labels = Array.from({ length: n }, (_, row) => (row % 3 === 0 ? 0 : 1));
  const scores = labels.map((label) => {
    const score = random.normal() + shift * label;
    return steps === undefined ? score : Math.round(score * steps) / steps;
  });
  return { scores, labels };
};

const CASES: Record<string, Case> = {
  'without ties': made(1, 80, 1),
  'with ties': made(2, 83, 0.8, 2),
  'worse than chance': made(3, 40, -0.7),
  'one of a class': { scores: [0.3, 0.1, 0.6, 0.9, 0.2], labels: [1, 0, 0, 0, 0] },
};

// DeLong 1988: the variance of the placements of either class; the interval on the logit scale.
const SCRIPT = `
result <- lapply(d, function(case) {
  x <- case$scores[case$labels == 1]; y <- case$scores[case$labels == 0]
  psi <- outer(x, y, function(a, b) (a > b) + 0.5 * (a == b))
  auc <- mean(psi)
  part <- function(v) if (length(v) < 2) 0 else var(v) / length(v)
  se <- sqrt(part(rowMeans(psi)) + part(colMeans(psi)))
  list(value = auc,
       lower = plogis(qlogis(auc) - qnorm(0.975) * se / (auc * (1 - auc))),
       upper = plogis(qlogis(auc) + qnorm(0.975) * se / (auc * (1 - auc))))
})
`;

describeWith('r', "DeLong's interval equals R's, pair by pair", (rscript) => {
  let expected: Record<string, { value: number; lower: number; upper: number }>;
  beforeAll(async () => {
    expected = await runR(rscript, SCRIPT, CASES);
  });

  it.each(Object.entries(CASES))('%s', (name, { scores, labels }) => {
    const ours = rocArea(scores, labels);
    const theirs = expected[name];
    expect(theirs).toBeDefined();
    for (const key of ['value', 'lower', 'upper'] as const)
      expect(ours[key]).toBeCloseTo(theirs?.[key] ?? NaN, 12);
  });
});
