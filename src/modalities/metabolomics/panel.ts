import {
  FINAL_STATUSES,
  type Chart,
  type Measurement,
  type ObservationFact,
  type QuantityValue,
  type SpecimenFact,
} from '../../chart/index.ts';
import type { ModalitySettings } from '../../domain/index.ts';
import {
  addAmount,
  amountOf,
  isOfDay,
  usableParts,
  type Amount,
  type ModalityDependencies,
  type PlausibleRange,
  type Reading,
  type SampledDraw,
} from '../common/index.ts';
import { recoveryOf, sampleQualityOf, type SampleQuality } from './quality.ts';

/** Concentrations in the model are amounts per volume. */
const CONCENTRATION_UNIT = 'umol/L';

/** One panel: its analytes' concentrations in umol/L, corrected for the drift of its batch. */
export interface Panel extends SampledDraw {
  readonly amounts: ReadonlyMap<string, Amount>;
  readonly haemolysed: boolean;
  readonly notFasting: boolean;
  /** Analytes that quality control left out. */
  readonly failedQc: ReadonlySet<string>;
}

interface Context extends ModalityDependencies {
  readonly settings: ModalitySettings;
  readonly observations: ReadonlyMap<string, ObservationFact>;
  readonly specimens: ReadonlyMap<string, SpecimenFact>;
}

/** One reported concentration of an analyte that we know. */
interface Result {
  readonly analyte: string;
  readonly quantity: QuantityValue;
  /** Undefined where quality control failed. */
  readonly recovery: number | undefined;
  readonly hasRecovery: boolean;
}

const resultsOf = (measurements: readonly Measurement[], { terminology, settings }: Context): Result[] =>
  measurements.flatMap(({ codings, quantity, pooledQc }) => {
    const analyte = terminology.translate('analyte', codings);
    if (analyte === undefined || quantity === undefined) return [];
    const recovery = recoveryOf(pooledQc, settings.metabolomics);
    return [{ analyte, quantity, recovery, hasRecovery: pooledQc?.recovery !== undefined }];
  });

/** Of the vocabulary, umol/L; what a site's own says nothing about may be anything. */
const plausibleRange = ({ analyte, quantity }: Result, { terminology }: Context): PlausibleRange => {
  const property = (name: string) => terminology.numberProperty('analyte', analyte, name);
  // A bare zero is how some laboratories write 'not detected': no error of unit makes it.
  const low = quantity.value === 0 && quantity.comparator === undefined ? 0 : property('plausible-low');
  return { low: low ?? 0, high: property('plausible-high') ?? Infinity };
};

/** An analyte's recovery, which may be said with one of its results and not with another. */
const addRecovery = (
  recoveries: Map<string, number>,
  reading: Reading<string>,
  { analyte, recovery, hasRecovery }: Result,
): void => {
  if (!hasRecovery || recovery === undefined) return;
  const known = recoveries.get(analyte);
  if (known !== undefined && known !== recovery)
    reading.fault ??= { reason: 'conflicting-values', detail: analyte };
  recoveries.set(analyte, recovery);
};

/** As if the batch had not drifted. Limits are on the instrument's scale, as values are. */
const corrected = (amount: Amount, recovery: number): Amount => ({
  ...amount,
  value: amount.value / recovery,
  reported: amount.reported / recovery,
});

/** What was measured well, and the first thing that is wrong with it: what is left out is wrong with nothing. */
const readResults = (
  results: readonly Result[],
  leftOut: (analyte: string) => boolean,
  context: Context,
): Reading<string> => {
  const reading: Reading<string> = { amounts: new Map() };
  const recoveries = new Map<string, number>();
  for (const result of results) {
    const { analyte, quantity } = result;
    if (leftOut(analyte)) continue;
    const molarMass = context.terminology.numberProperty('analyte', analyte, 'molar-mass');
    const amount = amountOf(quantity, CONCENTRATION_UNIT, context.units, molarMass);
    // As it was sent: errors of unit are looked for in that.
    addAmount(reading, analyte, amount, plausibleRange(result, context));
    addRecovery(recoveries, reading, result);
  }
  return {
    ...reading,
    amounts: new Map(
      [...reading.amounts]
        // Zero without a limit of detection is nothing a logarithm could take: missing.
        .filter(([, amount]) => amount.value > 0)
        .map(([analyte, amount]) => [analyte, corrected(amount, recoveries.get(analyte) ?? 1)]),
    ),
  };
};

const leftOutOf = (
  failedQc: ReadonlySet<string>,
  { haemolysed }: SampleQuality,
  { settings }: Context,
): ((analyte: string) => boolean) => {
  const sensitive = new Set(haemolysed ? settings.metabolomics.haemolysisSensitive : []);
  return (analyte) => failedQc.has(analyte) || sensitive.has(analyte);
};

const readPanel = (panel: ObservationFact & { effectiveOn: string }, context: Context): Panel => {
  const members = panel.members
    .flatMap((reference) => context.observations.get(reference) ?? [])
    .filter((member) => FINAL_STATUSES.has(member.status))
    .filter(isOfDay(panel.effectiveOn));
  const parts = [panel, ...members];
  const { settings, terminology } = context;
  const { evidence, ...sample } = sampleQualityOf(
    parts,
    context.specimens,
    terminology,
    settings.metabolomics,
  );
  const results = resultsOf([...panel.components, ...members], context);
  const failedQc = new Set(
    results.flatMap(({ analyte, recovery }) => (recovery === undefined ? [analyte] : [])),
  );
  return {
    ...readResults(results, leftOutOf(failedQc, { evidence, ...sample }, context), context),
    // An unfit sample's own fault goes before its values'.
    ...sample,
    failedQc,
    collectedOn: panel.effectiveOn,
    usableFrom: usableParts(panel.effectiveOn, parts, settings.draws),
    evidence: [...parts.map((part) => part.source), ...evidence],
  };
};

/** Every final panel of the chart: a panel Observation whose analytes are components, members, or both. */
export function readPanels(
  chart: Chart,
  dependencies: ModalityDependencies & { readonly settings: ModalitySettings },
): Panel[] {
  const context: Context = {
    ...dependencies,
    observations: new Map(chart.observations.map((fact) => [fact.source.reference, fact])),
    specimens: new Map(chart.specimens.map((fact) => [fact.source.reference, fact])),
  };
  return chart.observations
    .filter(
      (fact): fact is ObservationFact & { effectiveOn: string } =>
        fact.effectiveOn !== undefined &&
        FINAL_STATUSES.has(fact.status) &&
        dependencies.terminology.includes('metabolomics-panel', fact.codings),
    )
    .map((fact) => readPanel(fact, context));
}
