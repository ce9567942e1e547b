/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { importancePlot, type ReportSection, volcanoPlot } from '../../charts/index.ts';
import { FOLDS_TO_DRAW, meanOf, type ReportFacts } from './facts.ts';

const DESCRIPTIVE =
  'Rests on the training patients whom the features were chosen on: it describes them, and is no evidence that the ' +
  'same would be found in others.';

export const volcanoSection = async ({
  summary,
  drawn,
  training,
  slopes,
}: ReportFacts): Promise<ReportSection> => ({
  heading: 'Patients who recur against patients who do not',
  text:
    `Wilcoxon rank-sum tests, one value a patient and feature: recurrence or death within ${String(training.horizonMonths)} ` +
    `months of a landmark against known event-free then; q by Benjamini and Hochberg over ${String(summary.length)} ` +
    `features. Named are those that at least ${String(FOLDS_TO_DRAW)} of the folds select, or the most stable. ` +
    `An analyte's name alone is its level in the latest draw; "change" is against the draw before surgery` +
    `${slopes ? '; "trend" is the slope over the draws since' : ''}.\n\n${DESCRIPTIVE}`,
  picture: await volcanoPlot(
    summary.map((each) => ({
      name: each.inWords,
      effect: each.effect,
      qValue: each.qValue,
      selected: drawn.includes(each),
    })),
    {
      title: 'Metabolites and recurrence',
      effectAxis: 'rank-biserial correlation (above 0: more in patients who recur)',
      qLimit: 0.1,
    },
  ),
});

export const importanceSection = async ({ drawn }: ReportFacts): Promise<ReportSection> => ({
  heading: 'What the forests rest on',
  text:
    'Permutation importance: loss of the concordance of trees on the patients they did not see, once a feature is ' +
    'permuted among those. Points are means over the folds, lines reach from the least to the greatest fold; a fold ' +
    'that does not select a feature counts with 0. Of two features that go together each can stand in for the other, ' +
    'and neither looks important.\n\nRests on the training patients, out of bag.',
  picture: await importancePlot(
    drawn.map(({ inWords, importance: [importance, lower, upper] }) => ({
      name: inWords,
      importance,
      lower,
      upper,
    })),
    { title: 'Importance of the selected features', importanceAxis: 'loss of out-of-bag C when permuted' },
  ),
});

/** Which fold chose what. */
export const selectionSection = ({ summary, model }: ReportFacts): ReportSection => {
  const chosen = summary
    .filter(({ selectedFolds }) => selectedFolds > 0)
    .sort((a, b) => b.selectedFolds - a.selectedFolds || b.stability - a.stability);
  const counts = model.folds.map(({ selection }) => selection.selected.length);
  const settled = chosen.filter(({ selectedFolds }) => selectedFolds === model.folds.length).length;
  return {
    heading: 'Which folds chose what',
    text:
      `Each fold chooses on the patients of the other folds. ${String(chosen.length)} features are chosen by at least one ` +
      `fold, ${String(settled)} by all ${String(model.folds.length)}; a fold takes ${String(Math.min(...counts))} to ${String(Math.max(...counts))}. ` +
      'Stability is the share of half-samples of the patients that have a feature among their least p-values; under a ' +
      'fold stands its own, where the fold chose the feature.\n\nRests on the training patients; folds share three ' +
      'quarters of theirs, so that their agreement is no replication.',
    table: {
      caption: 'Features by the folds that chose them',
      columns: [
        'feature',
        'effect',
        'q',
        'stability',
        ...model.folds.map((_, at) => `fold ${String(at + 1)}`),
      ],
      rows: chosen.map((each) => [
        each.inWords,
        each.effect.toFixed(2),
        each.qValue.toPrecision(2),
        each.stability.toFixed(2),
        ...model.folds.map(({ selection }) =>
          selection.selected.includes(each.column) ? selection.stability[each.column]!.toFixed(2) : '-',
        ),
      ]),
    },
  };
};

const jaccard = (a: Int32Array, b: Int32Array): number => {
  const both = a.filter((j) => b.includes(j)).length;
  return both / (a.length + b.length - both);
};

/**
 * Nogueira's stability of sets of features: 1 where all are the same, 0 where they agree no better than sets of
 * their sizes drawn at random.
 *
 * @param of how many features they are drawn from
 * @see Nogueira 2018, https://jmlr.org/papers/v18/17-514.html
 */
export const agreementBeyondChance = (sets: readonly Int32Array[], of: number): number => {
  const counts = new Map<number, number>();
  for (const set of sets) for (const j of set) counts.set(j, (counts.get(j) ?? 0) + 1);
  const variance = [...counts.values()].reduce((sum, count) => {
    const share = count / sets.length;
    return sum + (sets.length / (sets.length - 1)) * share * (1 - share);
  }, 0);
  const share = meanOf(sets.map(({ length }) => length)) / of;
  return share < 1 ? 1 - variance / of / (share * (1 - share)) : 1;
};

export const agreementSection = ({ model, summary }: ReportFacts): ReportSection => {
  const sets = model.folds.map(({ selection }) => selection.selected);
  const pairs = sets.flatMap((a, i) => sets.slice(i + 1).map((b) => jaccard(a, b)));
  const names = sets.map((_, at) => `fold ${String(at + 1)}`);
  return {
    heading: 'How far the folds agree',
    text:
      `Of two folds, the features both chose as a share of those either chose: on average ${meanOf(pairs).toFixed(2)}, ` +
      `${Math.min(...pairs).toFixed(2)} to ${Math.max(...pairs).toFixed(2)}. Against chance (Nogueira's measure; 0 is ` +
      `chance, 1 the same features everywhere): ${agreementBeyondChance(sets, summary.length).toFixed(2)}.\n\nRests on ` +
      'the selections above, with three quarters of the patients in common.',
    table: {
      caption: 'Agreement of the features of two folds (Jaccard)',
      columns: ['', ...names],
      rows: sets.map((a, i) => [names[i]!, ...sets.map((b) => jaccard(a, b).toFixed(2))]),
    },
  };
};
