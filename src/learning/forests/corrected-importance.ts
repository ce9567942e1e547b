/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { type ClassificationForestInput, fitClassificationForest } from './classification-forest.ts';
import { refuse, toFloat32 } from './features.ts';
import { fitSurvivalForest, type SurvivalForestInput } from './survival-forest.ts';

/**
 * Impurity importance without its bias towards features of many values: a forest of its own is grown on the features
 * and on a copy of them whose rows are permuted (together), and what the copy gains is subtracted. About 0, also
 * below, for a feature without use. Costs one forest, so much less than permutations of each feature; the forest is
 * not one to predict with.
 *
 * @param input as for the fit; `featuresPerSplit`, floor(sqrt(columns)) where not given, are drawn of twice the columns
 * @returns (columns) in the unit of `impurityImportance`
 * @throws {CdsError} as fitSurvivalForest, fitClassificationForest
 * @see Nembrini 2018, doi:10.1093/bioinformatics/bty373; R's ranger(importance = 'impurity_corrected')
 */
export async function correctedImpurityImportance(
  input: SurvivalForestInput | ClassificationForestInput,
): Promise<Float64Array> {
  const { columns, random } = input;
  const { n } = toFloat32(input.x, columns);
  const donors = random.fork('donors').shuffle(Array.from({ length: n }, (_, row) => row));
  const x = new Float64Array(2 * n * columns);
  for (let row = 0; row < n; row++) {
    x.set(input.x.subarray(row * columns, (row + 1) * columns), 2 * row * columns);
    const donor = donors[row]! * columns;
    x.set(input.x.subarray(donor, donor + columns), (2 * row + 1) * columns);
  }
  const featuresPerSplit = input.featuresPerSplit ?? Math.floor(Math.sqrt(columns));
  if (featuresPerSplit > columns)
    refuse(`featuresPerSplit is ${featuresPerSplit}, not an integer from 1 to ${columns}`);
  const doubled = { x, columns: 2 * columns, featuresPerSplit };
  const { impurityImportance } =
    'data' in input
      ? await fitSurvivalForest({ ...input, ...doubled })
      : await fitClassificationForest({ ...input, ...doubled });
  return Float64Array.from(
    { length: columns },
    (_, feature) => impurityImportance[feature]! - impurityImportance[columns + feature]!,
  );
}
