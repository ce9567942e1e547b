import {
  FINAL_STATUSES,
  type Chart,
  type Measurement,
  type ObservationFact,
  type QuantityValue,
  type ReportFact,
} from '../../chart/index.ts';
import type { ModalitySettings } from '../../domain/index.ts';
import {
  addAmount,
  amountOf,
  createSampleReader,
  isOfDay,
  usableParts,
  type Amount,
  type Fault,
  type ModalityDependencies,
  type PlausibleRange,
  type Reading,
  type SampledDraw,
  type SampleReader,
} from '../common/index.ts';
import { recoveryOf, underRules } from './quality.ts';

/** Concentrations in the model are amounts per volume. */
const CONCENTRATION_UNIT = 'umol/L';

/** One panel: its analytes' concentrations in umol/L, corrected for the drift of its batch. */
export interface Panel extends SampledDraw {
  readonly amounts: ReadonlyMap<string, Amount>;
  readonly haemolysed: boolean;
  readonly notFasting: boolean;
  /** Analytes that quality control left out. */
  readonly failedQc: ReadonlySet<string>;
  /** Of another sample than the panel's, that members name: they were left out. */
  readonly membersFault?: Fault;
}

interface Context extends ModalityDependencies {
  readonly settings: ModalitySettings;
  readonly observations: ReadonlyMap<string, ObservationFact>;
  readonly sampleOf: SampleReader;
}

/** One reported concentration of an analyte that we know. */
interface Result {
  readonly analyte: string;
  readonly quantity: QuantityValue;
  /** Undefined where quality control failed. */
  readonly recovery: number | undefined;
  readonly hasRecovery: boolean;
}

/**
 * The analyte that all known codes of a result agree on. Isomers that an assay cannot tell apart carry the codes of both,
 * and their sum is neither.
 */
const analyteOf = ({ codings }: Measurement, { terminology }: Context): string | undefined => {
  const found = new Set(codings.flatMap((coding) => terminology.translate('analyte', [coding]) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
};

const resultsOf = (measurements: readonly Measurement[], context: Context): Result[] =>
  measurements.flatMap((measurement) => {
    const { quantity, pooledQc } = measurement;
    const analyte = quantity === undefined ? undefined : analyteOf(measurement, context);
    if (analyte === undefined || quantity === undefined) return [];
    const recovery = recoveryOf(pooledQc, context.settings.metabolomics);
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

/** What was measured well, and the first thing that is wrong with it. */
const readResults = (results: readonly Result[], context: Context): Reading<string> => {
  const reading: Reading<string> = { amounts: new Map() };
  const recoveries = new Map<string, number>();
  for (const result of results) {
    const { analyte, quantity } = result;
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

/** What one panel is put together of: an Observation, or a report, that holds its results. */
interface Source {
  readonly head: ObservationFact | ReportFact;
  readonly collectedOn: string;
  readonly specimens: readonly string[];
  readonly components: readonly Measurement[];
  readonly members: readonly string[];
}

/** Results of one sample, and how good it is. */
interface Portion {
  readonly measurements: readonly Measurement[];
  readonly quality: ReturnType<SampleReader>;
}

/** The panel's own results and those of members that name its sample, or none; then those of any other sample. */
const portionsOf = (
  { specimens, components }: Source,
  members: readonly ObservationFact[],
  { sampleOf }: Context,
): [Portion, ...Portion[]] => {
  const own = new Set(specimens);
  const ofOthers = Map.groupBy(members, ({ specimen }) =>
    specimen === undefined || own.has(specimen) ? undefined : specimen,
  );
  const ofPanel = [...components, ...(ofOthers.get(undefined) ?? [])];
  ofOthers.delete(undefined);
  return [
    { measurements: ofPanel, quality: sampleOf(specimens) },
    ...[...ofOthers].map(([specimen = '', measurements]) => ({
      measurements,
      quality: sampleOf([specimen]),
    })),
  ];
};

/** What is left out is wrong with nothing: results of an unfit sample, failed quality control, what haemolysis alters. */
const usableResults = (
  portions: readonly Portion[],
  context: Context,
): { readonly results: readonly Result[]; readonly failedQc: ReadonlySet<string> } => {
  const sensitive = new Set(context.settings.metabolomics.haemolysisSensitive);
  const fit = portions
    .filter(({ quality }) => quality.fault === undefined)
    .map(({ measurements, quality }) => ({ quality, results: resultsOf(measurements, context) }));
  const failedQc = new Set(
    fit
      .flatMap(({ results }) => results.filter(({ recovery }) => recovery === undefined))
      .map(({ analyte }) => analyte),
  );
  const results = fit.flatMap(({ quality, results: all }) =>
    all.filter(({ analyte }) => !failedQc.has(analyte) && !(quality.haemolysed && sensitive.has(analyte))),
  );
  return { results, failedQc };
};

const readPanel = (source: Source, context: Context): Panel => {
  const { head, collectedOn } = source;
  const members = source.members
    .flatMap((reference) => context.observations.get(reference) ?? [])
    .filter((member) => FINAL_STATUSES.has(member.status))
    .filter(isOfDay(collectedOn));
  const parts = [head, ...members];
  const portions = portionsOf(source, members, context);
  const [own, ...others] = portions;
  const { results, failedQc } = usableResults(portions, context);
  const membersFault = others.find(({ quality }) => quality.fault !== undefined)?.quality.fault;
  // An unfit sample's own fault goes before its values'; where nothing but unfit samples is left, theirs is the panel's.
  const fault = own.quality.fault ?? (results.length === 0 ? membersFault : undefined);
  return {
    ...readResults(results, context),
    ...(fault !== undefined && { fault }),
    ...(membersFault !== undefined && { membersFault }),
    haemolysed: portions.some(({ quality }) => quality.haemolysed),
    notFasting: portions.some(({ quality }) => quality.notFasting),
    failedQc,
    collectedOn,
    usableFrom: usableParts(collectedOn, parts, context.settings.draws),
    evidence: [
      ...parts,
      ...portions.flatMap(({ quality }) => quality.evidence.map((source) => ({ source }))),
    ].map(({ source: reference }) => reference),
  };
};

/** The reports of a panel that no Observation gathers: their results are its members. */
const reportSources = (
  chart: Chart,
  held: ReadonlySet<string>,
  { terminology }: ModalityDependencies,
): Source[] =>
  chart.reports
    .filter(
      ({ status, codings }) =>
        FINAL_STATUSES.has(status) && terminology.includes('metabolomics-panel', codings),
    )
    .flatMap((head) => {
      const members = head.results.filter((reference) => !held.has(reference));
      return head.effectiveOn === undefined || members.length === 0
        ? []
        : [{ head, collectedOn: head.effectiveOn, specimens: head.specimens ?? [], components: [], members }];
    });

const panelSources = (chart: Chart, { terminology }: ModalityDependencies): Source[] =>
  chart.observations
    .filter(
      ({ status, codings }) =>
        FINAL_STATUSES.has(status) && terminology.includes('metabolomics-panel', codings),
    )
    .flatMap((head) =>
      head.effectiveOn === undefined
        ? []
        : [
            {
              head,
              collectedOn: head.effectiveOn,
              specimens: head.specimen === undefined ? [] : [head.specimen],
              components: head.components,
              members: head.members,
            },
          ],
    );

/**
 * Every final panel of the chart: a panel Observation whose analytes are components, members, or both; or a report of a
 * panel, whose results are the analytes.
 */
export function readPanels(
  chart: Chart,
  dependencies: ModalityDependencies & { readonly settings: ModalitySettings },
): Panel[] {
  const context: Context = {
    ...dependencies,
    observations: new Map(chart.observations.map((fact) => [fact.source.reference, fact])),
    sampleOf: underRules(createSampleReader(chart, dependencies), dependencies.settings.metabolomics),
  };
  const panels = panelSources(chart, dependencies);
  const held = new Set(panels.flatMap(({ head, members }) => [head.source.reference, ...members]));
  return [...panels, ...reportSources(chart, held, dependencies)].map((source) => readPanel(source, context));
}
