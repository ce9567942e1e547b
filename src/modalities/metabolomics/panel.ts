import {
  FINAL_STATUSES,
  type Chart,
  type Measurement,
  type ObservationFact,
  type QuantityValue,
} from '../../chart/index.ts';
import {
  addAmount,
  amountOf,
  isOfDay,
  usableParts,
  type Amount,
  type DrawRules,
  type ModalityDependencies,
  type PlausibleRange,
  type Reading,
  type SampledDraw,
} from '../common/index.ts';

/** Concentrations in the model are amounts per volume. */
const CONCENTRATION_UNIT = 'umol/L';

/** One panel: its analytes' concentrations in umol/L. */
export interface Panel extends SampledDraw {
  readonly amounts: ReadonlyMap<string, Amount>;
}

/** Of the vocabulary, umol/L; what a site's own says nothing about may be anything. */
const plausibleRange = (
  analyte: string,
  { value, comparator }: QuantityValue,
  { terminology }: ModalityDependencies,
): PlausibleRange => {
  const property = (name: string) => terminology.numberProperty('analyte', analyte, name);
  // A bare zero is how some laboratories write 'not detected': no error of unit makes it.
  const low = value === 0 && comparator === undefined ? 0 : property('plausible-low');
  return { low: low ?? 0, high: property('plausible-high') ?? Infinity };
};

const readMeasurement = (
  reading: Reading<string>,
  measurement: Measurement,
  dependencies: ModalityDependencies,
): void => {
  const { terminology, units } = dependencies;
  const analyte = terminology.translate('analyte', measurement.codings);
  if (analyte === undefined || measurement.quantity === undefined) return;
  const molarMass = terminology.numberProperty('analyte', analyte, 'molar-mass');
  const amount = amountOf(measurement.quantity, CONCENTRATION_UNIT, units, molarMass);
  addAmount(reading, analyte, amount, plausibleRange(analyte, measurement.quantity, dependencies));
};

const readPanel = (
  panel: ObservationFact & { effectiveOn: string },
  byReference: ReadonlyMap<string, ObservationFact>,
  rules: DrawRules,
  dependencies: ModalityDependencies,
): Panel => {
  const members = panel.members
    .flatMap((reference) => byReference.get(reference) ?? [])
    .filter((member) => FINAL_STATUSES.has(member.status))
    .filter(isOfDay(panel.effectiveOn));
  const reading: Reading<string> = { amounts: new Map() };
  for (const measurement of [...panel.components, ...members])
    readMeasurement(reading, measurement, dependencies);
  return {
    ...reading,
    // Zero without a limit of detection is nothing a logarithm could take: missing.
    amounts: new Map([...reading.amounts].filter(([, amount]) => amount.value > 0)),
    collectedOn: panel.effectiveOn,
    usableFrom: usableParts(panel.effectiveOn, [panel, ...members], rules),
    evidence: [panel, ...members].map((part) => part.source),
  };
};

/** Every final panel of the chart: a panel Observation whose analytes are components, members, or both. */
export function readPanels(chart: Chart, rules: DrawRules, dependencies: ModalityDependencies): Panel[] {
  const byReference = new Map(chart.observations.map((fact) => [fact.source.reference, fact]));
  return chart.observations
    .filter(
      (fact): fact is ObservationFact & { effectiveOn: string } =>
        fact.effectiveOn !== undefined &&
        FINAL_STATUSES.has(fact.status) &&
        dependencies.terminology.includes('metabolomics-panel', fact.codings),
    )
    .map((fact) => readPanel(fact, byReference, rules, dependencies));
}
