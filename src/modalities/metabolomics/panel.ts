import { FINAL_STATUSES, type Chart, type Measurement, type ObservationFact } from '../../chart/index.ts';
import {
  amountOf,
  usableParts,
  type Amount,
  type DrawRules,
  type Fault,
  type ModalityDependencies,
  type SampledDraw,
} from '../common/index.ts';

/** Concentrations in the model are amounts per volume. */
const CONCENTRATION_UNIT = 'umol/L';

/** One panel: its analytes' concentrations in umol/L. */
export interface Panel extends SampledDraw {
  readonly amounts: ReadonlyMap<string, Amount>;
}

interface Reading {
  readonly amounts: Map<string, Amount>;
  fault?: Fault;
}

const readMeasurement = (
  reading: Reading,
  measurement: Measurement,
  { terminology, units }: ModalityDependencies,
): void => {
  const analyte = terminology.translate('analyte', measurement.codings);
  if (analyte === undefined || measurement.quantity === undefined) return;
  const molarMass = terminology.numberProperty('analyte', analyte, 'molar-mass');
  const amount = amountOf(measurement.quantity, CONCENTRATION_UNIT, units, molarMass);
  if (typeof amount === 'string') reading.fault ??= { reason: amount, detail: analyte };
  // Zero without a limit of detection is nothing a logarithm could take: missing.
  else if (amount.value > 0) reading.amounts.set(analyte, amount);
};

const readPanel = (
  panel: ObservationFact & { effectiveOn: string },
  byReference: ReadonlyMap<string, ObservationFact>,
  rules: DrawRules,
  dependencies: ModalityDependencies,
): Panel => {
  const members = panel.members
    .flatMap((reference) => byReference.get(reference) ?? [])
    .filter((member) => FINAL_STATUSES.has(member.status));
  const reading: Reading = { amounts: new Map() };
  for (const measurement of [...panel.components, ...members])
    readMeasurement(reading, measurement, dependencies);
  return {
    ...reading,
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
