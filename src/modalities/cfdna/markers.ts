import { FINAL_STATUSES, type Chart, type ObservationFact, type ReportFact } from '../../chart/index.ts';
import { CFDNA_MARKERS, SYSTEMS, type CfdnaMarker } from '../../terminology/index.ts';
import {
  amountOf,
  usableParts,
  type DrawRules,
  type Fault,
  type ModalityDependencies,
  type SampledDraw,
} from '../common/index.ts';

/** One cfDNA sample: its markers as numbers without unit (shares and ratios). */
export interface MarkerDraw extends SampledDraw {
  readonly values: ReadonlyMap<CfdnaMarker, number>;
  readonly belowDetection: boolean;
}

const markerOf = (fact: ObservationFact): CfdnaMarker | undefined =>
  CFDNA_MARKERS.find((marker) =>
    fact.codings.some((coding) => coding.system === SYSTEMS.project && coding.code === marker),
  );

interface Reading {
  readonly values: Map<CfdnaMarker, number>;
  belowDetection: boolean;
  fault?: Fault;
}

/** A share above 1 or a ratio that is not positive is a unit or transcription error. */
const implausible = (marker: CfdnaMarker, value: number): boolean =>
  marker === 'fragment-score' ? value <= 0 : value > 1;

const readMarker = (reading: Reading, fact: ObservationFact, { units }: ModalityDependencies): void => {
  const marker = markerOf(fact);
  if (marker === undefined || fact.quantity === undefined) return;
  const amount = amountOf(fact.quantity, '1', units);
  if (typeof amount === 'string') reading.fault ??= { reason: amount, detail: marker };
  else if (implausible(marker, amount.value))
    reading.fault ??= { reason: 'value-implausible', detail: marker };
  else {
    reading.values.set(marker, amount.value);
    reading.belowDetection ||= amount.belowDetection;
  }
};

const readDraw = (
  collectedOn: string,
  parts: readonly ObservationFact[],
  report: ReportFact | undefined,
  rules: DrawRules,
  dependencies: ModalityDependencies,
): MarkerDraw => {
  const reading: Reading = { values: new Map(), belowDetection: false };
  for (const part of parts) readMarker(reading, part, dependencies);
  const dated = [...(report === undefined ? [] : [report]), ...parts];
  return {
    ...reading,
    collectedOn,
    usableFrom: usableParts(collectedOn, dated, rules),
    evidence: dated.map((part) => part.source),
  };
};

/** The samples that genomic reports hold. */
const reportedDraws = (
  chart: Chart,
  markers: ReadonlyMap<string, ObservationFact>,
  rules: DrawRules,
  dependencies: ModalityDependencies,
): MarkerDraw[] =>
  chart.reports
    .filter((report) => FINAL_STATUSES.has(report.status))
    .filter((report) => dependencies.terminology.includes('genomic-report-type', report.codings))
    .flatMap((report) => {
      const parts = report.results.flatMap((reference) => markers.get(reference) ?? []);
      const collectedOn = report.effectiveOn ?? parts[0]?.effectiveOn;
      return parts.length === 0 || collectedOn === undefined
        ? []
        : [readDraw(collectedOn, parts, report, rules, dependencies)];
    });

/** The samples of the chart: by genomic report, then markers that no report holds by their collection date. */
export function readMarkerDraws(
  chart: Chart,
  rules: DrawRules,
  dependencies: ModalityDependencies,
): MarkerDraw[] {
  const markers = chart.observations.filter(
    (fact) => FINAL_STATUSES.has(fact.status) && markerOf(fact) !== undefined,
  );
  const reported = reportedDraws(
    chart,
    new Map(markers.map((fact) => [fact.source.reference, fact])),
    rules,
    dependencies,
  );
  const held = new Set(reported.flatMap((draw) => draw.evidence.map((source) => source.reference)));
  const loose = Map.groupBy(
    markers.filter((fact) => !held.has(fact.source.reference)),
    (fact) => fact.effectiveOn,
  );
  return [
    ...reported,
    ...[...loose].flatMap(([collectedOn, parts]) =>
      collectedOn === undefined ? [] : [readDraw(collectedOn, parts, undefined, rules, dependencies)],
    ),
  ];
}
