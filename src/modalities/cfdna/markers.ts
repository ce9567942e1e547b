import { FINAL_STATUSES, type Chart, type ObservationFact, type ReportFact } from '../../chart/index.ts';
import type { DrawRules } from '../../domain/index.ts';
import { CFDNA_MARKERS, SYSTEMS, type CfdnaMarker } from '../../terminology/index.ts';
import {
  addAmount,
  amountOf,
  createSampleReader,
  isOfDay,
  usableParts,
  type Amount,
  type ModalityDependencies,
  type PlausibleRange,
  type Reading,
  type SampledDraw,
  type SampleReader,
} from '../common/index.ts';

/** One cfDNA sample: its markers as numbers without unit (shares and ratios). */
export interface MarkerDraw extends SampledDraw {
  readonly amounts: ReadonlyMap<CfdnaMarker, Amount>;
}

/** What one draw is put together of. */
interface Sample {
  readonly collectedOn: string;
  readonly report?: ReportFact;
  readonly parts: readonly ObservationFact[];
}

/** Shares are shares; the ratio of short to long fragments is some tenths in health (doi:10.1038/s41586-019-1272-6). */
const PLAUSIBLE: Readonly<Record<CfdnaMarker, PlausibleRange>> = {
  'tumour-fraction': { low: 0, high: 1 },
  'fragment-score': { low: 0.01, high: 10 },
  'methylation-score': { low: 0, high: 1 },
};

const markerOf = (fact: ObservationFact): CfdnaMarker | undefined =>
  CFDNA_MARKERS.find((marker) =>
    fact.codings.some((coding) => coding.system === SYSTEMS.project && coding.code === marker),
  );

const readDraw = (
  { collectedOn, report, parts }: Sample,
  rules: DrawRules,
  { units, sampleOf }: ModalityDependencies & { readonly sampleOf: SampleReader },
): MarkerDraw => {
  const reading: Reading<CfdnaMarker> = { amounts: new Map() };
  for (const part of parts) {
    const marker = markerOf(part);
    if (marker !== undefined && part.quantity !== undefined)
      addAmount(reading, marker, amountOf(part.quantity, '1', units), PLAUSIBLE[marker]);
  }
  const dated = [...(report === undefined ? [] : [report]), ...parts];
  const { fault, evidence } = sampleOf([
    ...(report?.specimens ?? []),
    ...parts.flatMap(({ specimen }) => specimen ?? []),
  ]);
  return {
    ...reading,
    // An unfit sample's own fault goes before its values'.
    ...(fault !== undefined && { fault }),
    collectedOn,
    usableFrom: usableParts(collectedOn, dated, rules),
    evidence: [...dated.map((part) => part.source), ...evidence],
  };
};

/** A report without a date has that of its results, where they have one in common. */
const collectionDay = (report: ReportFact, parts: readonly ObservationFact[]): string | undefined => {
  const days = new Set(parts.flatMap(({ effectiveOn }) => effectiveOn ?? []));
  return report.effectiveOn ?? (days.size === 1 ? [...days][0] : undefined);
};

/** The samples that genomic reports hold. */
const reportedSamples = (
  chart: Chart,
  markers: readonly ObservationFact[],
  { terminology }: ModalityDependencies,
): Sample[] => {
  const byReference = new Map(markers.map((fact) => [fact.source.reference, fact]));
  return chart.reports
    .filter((report) => FINAL_STATUSES.has(report.status))
    .filter((report) => terminology.includes('genomic-report-type', report.codings))
    .flatMap((report) => {
      const results = report.results.flatMap((reference) => byReference.get(reference) ?? []);
      const collectedOn = collectionDay(report, results);
      if (collectedOn === undefined) return [];
      const parts = results.filter(isOfDay(collectedOn));
      return parts.length === 0 ? [] : [{ collectedOn, report, parts }];
    });
};

/** Markers that no report of their day holds: they join the one report there is of that day, or are a sample. */
const withLoose = (reported: readonly Sample[], markers: readonly ObservationFact[]): Sample[] => {
  const held = new Set(reported.flatMap(({ parts }) => parts));
  const loose = Map.groupBy(
    markers.filter((fact) => !held.has(fact)),
    (fact) => fact.effectiveOn,
  );
  const reportsOn = Map.groupBy(reported, ({ collectedOn }) => collectedOn);
  const isOnly = ({ collectedOn }: Sample): boolean => reportsOn.get(collectedOn)?.length === 1;
  return [
    ...reported.map((sample) =>
      isOnly(sample)
        ? { ...sample, parts: [...sample.parts, ...(loose.get(sample.collectedOn) ?? [])] }
        : sample,
    ),
    ...[...loose].flatMap(([collectedOn, parts]) =>
      collectedOn === undefined || reportsOn.get(collectedOn)?.length === 1 ? [] : [{ collectedOn, parts }],
    ),
  ];
};

/** The samples of the chart: by genomic report, and by collection date where markers are in none of that date. */
export function readMarkerDraws(
  chart: Chart,
  rules: DrawRules,
  dependencies: ModalityDependencies,
): MarkerDraw[] {
  const markers = chart.observations.filter(
    (fact) => FINAL_STATUSES.has(fact.status) && markerOf(fact) !== undefined,
  );
  const sampleOf = createSampleReader(chart, dependencies);
  return withLoose(reportedSamples(chart, markers, dependencies), markers).map((sample) =>
    readDraw(sample, rules, { ...dependencies, sampleOf }),
  );
}
