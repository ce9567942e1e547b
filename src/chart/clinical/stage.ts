import { addDays, type EvidenceRef } from '../../domain/index.ts';
import type { Coded, Terminology } from '../../terminology/index.ts';
import type { CategoryFact, RecordedStage, StageFact, UnknownReason } from '../clinical-facts.ts';
import type { Chart, ConditionStage, ObservationFact } from '../facts.ts';
import {
  byDate,
  byReference,
  codedValue,
  conditionsIn,
  isConfirmed,
  resultsIn,
  type Reading,
} from './common.ts';

export type StageKind = 'pathologic' | 'clinical';
/** What a stage is taken for that does not say its edition. */
export type EditionWhenUnstated = '8' | 'unknown';

const TYPES: Readonly<Record<StageKind, readonly string[]>> = {
  // A stage coded as post-therapy alone is the pathologist's (yp).
  pathologic: ['pathologic-stage-type', 'post-therapy-stage-type'],
  clinical: ['clinical-stage-type'],
};

/**
 * A pathologic stage is made of what an operation took out; one of longer before it is of another operation. Records
 * are dated by the admission, too.
 */
export const STAGE_WINDOW_DAYS = 30;

/** One record of a stage: an Observation, or what a Condition sums up. */
interface StageRecord {
  readonly group?: string;
  readonly unreadable?: UnknownReason;
  readonly edition: '8' | 'other' | 'unstated';
  readonly postTherapy: boolean;
  readonly on?: string;
  readonly source: EvidenceRef;
}

const editionOf = (
  terminology: Terminology,
  method: readonly Coded[] | undefined,
): StageRecord['edition'] => {
  if (terminology.includes('tnm-edition-8', method)) return '8';
  return terminology.includes('tnm-edition-other', method) ? 'other' : 'unstated';
};

const groupOf = (
  terminology: Terminology,
  codings: readonly Coded[] | undefined,
): Pick<StageRecord, 'group' | 'unreadable'> => {
  const read = codedValue(terminology, 'tnm-stage-group', codings);
  return 'value' in read ? { group: read.value } : { unreadable: read.unknown };
};

const recordOf = (terminology: Terminology, fact: ObservationFact): StageRecord => ({
  ...groupOf(terminology, fact.valueCodings),
  edition: editionOf(terminology, fact.method),
  postTherapy: terminology.includes('post-therapy-stage-type', [...fact.codings, ...(fact.method ?? [])]),
  ...(fact.effectiveOn !== undefined && { on: fact.effectiveOn }),
  source: fact.source,
});

const isOfKind = (terminology: Terminology, kind: StageKind, codings: readonly Coded[]): boolean =>
  TYPES[kind].some((valueSet) => terminology.includes(valueSet, codings));

const observed = (reading: Reading, kind: StageKind): readonly ObservationFact[] => [
  // A record may be coded as both.
  ...new Set(TYPES[kind].flatMap((valueSet) => resultsIn(reading, valueSet))),
];

/** What Conditions sum up of a kind: as of their assessment where that is in the chart, else undated. */
const summedUp = (
  reading: Reading,
  chart: Chart,
  kind: StageKind,
  observations: readonly ObservationFact[],
): readonly StageRecord[] => {
  const { terminology } = reading;
  const cancers = conditionsIn(reading, 'lung-cancer').filter(
    (fact) => fact.stages.length > 0 && isConfirmed(fact),
  );
  if (cancers.length === 0) return [];
  const assessments = new Map(observations.map((fact) => [fact.source.reference, fact]));
  const elsewhere = new Set(chart.observations.map((fact) => fact.source.reference));
  const recordsOf = (stage: ConditionStage, source: EvidenceRef): StageRecord[] => {
    const read = groupOf(terminology, stage.summary);
    // A second source counts where it can be read.
    if (read.group === undefined) return [];
    const assessed = stage.assessments.flatMap((reference) => assessments.get(reference) ?? []);
    const [assessment] = assessed;
    if (assessment !== undefined) return [{ ...recordOf(terminology, assessment), ...read, source }];
    // Assessed by what is of another kind, no result, or of a later day: nothing that is known of this kind.
    if (stage.assessments.some((reference) => elsewhere.has(reference))) return [];
    return isOfKind(terminology, kind, stage.type)
      ? [{ ...read, edition: 'unstated', postTherapy: false, source }]
      : [];
  };
  return cancers.flatMap((fact) => fact.stages.flatMap((stage) => recordsOf(stage, fact.source)));
};

/** Why the records of the latest day tell no group, if so. */
const unknownOf = (
  latest: readonly StageRecord[],
  undated: readonly StageRecord[],
  whenUnstated: EditionWhenUnstated,
): UnknownReason | undefined => {
  const isEighth = ({ edition }: StageRecord): boolean =>
    edition === '8' || (edition === 'unstated' && whenUnstated === '8');
  // Another edition's group beside the 8th's is no contradiction: it means something else.
  const comparable = latest.filter(({ edition }) => edition !== 'other');
  const [first] = comparable;
  if (first === undefined) return 'edition-unknown';
  if (comparable.some(({ group }) => group !== first.group))
    return first.on === undefined ? 'no-date' : 'conflicting';
  if (first.unreadable !== undefined) return first.unreadable;
  if (undated.some((each) => each.group !== first.group || !isEighth(each))) return 'no-date';
  return comparable.some(isEighth) ? undefined : 'edition-unknown';
};

const factOf = (
  [first, ...others]: readonly [StageRecord, ...StageRecord[]],
  unknown: UnknownReason | undefined,
): StageFact => {
  const otherSources = others.map((each) => each.source);
  return {
    ...(unknown === undefined && first.group !== undefined && { group: first.group }),
    ...(unknown !== undefined && { unknown }),
    postTherapy: [first, ...others].some((each) => each.postTherapy),
    ...(first.on !== undefined && { on: first.on }),
    source: first.source,
    ...(otherSources.length > 0 && { otherSources }),
  };
};

/**
 * The latest stage group of a kind by the 8th TNM. Records of one day have to agree; one without a day that differs
 * could be the latest; what a Condition sums up has to agree where it can be read.
 *
 * @param chart all of it: a stage assessed by a later Observation is not known yet
 * @param surgeryOn YYYY-MM-DD; a pathologic stage of before it is not of this operation
 */
export function stageOf(
  reading: Reading,
  chart: Chart,
  kind: StageKind,
  whenUnstated: EditionWhenUnstated,
  surgeryOn?: string,
): StageFact | undefined {
  const observations = observed(reading, kind);
  const first =
    kind === 'pathologic' && surgeryOn !== undefined ? addDays(surgeryOn, -STAGE_WINDOW_DAYS) : '';
  const isOfOperation = ({ on }: StageRecord): boolean => on === undefined || on >= first;
  const records = observations.map((fact) => recordOf(reading.terminology, fact)).filter(isOfOperation);
  const summaries = summedUp(reading, chart, kind, observations).filter(isOfOperation);
  const all = records.length === 0 ? summaries : records;
  const on = all
    .flatMap((each) => (each.on === undefined ? [] : [each.on]))
    .sort()
    .at(-1);
  // By name, whatever order a server sends them in; records of another edition last.
  const latest = all.filter((each) => each.on === on).sort(byReference);
  const named = latest.filter(({ edition }) => edition !== 'other');
  const [chosen = latest[0]] = named;
  if (chosen === undefined) return undefined;
  const rest = latest.filter((each) => each !== chosen);
  const undated = on === undefined ? [] : all.filter((each) => each.on === undefined);
  const second = records.length === 0 ? [] : summaries.filter(({ on: at }) => at === undefined || at === on);
  const contradicted = second.some(({ group }) => chosen.group !== undefined && group !== chosen.group);
  const unknown = unknownOf(latest, undated, whenUnstated) ?? (contradicted ? 'conflicting' : undefined);
  return factOf([chosen, ...rest, ...undated, ...second], unknown);
}

/**
 * Every stage group on record, of either kind, each read by itself, undated ones first, then by day: an earlier stage
 * IV is not undone by a later one.
 */
export const stagesOf = (
  reading: Reading,
  chart: Chart,
  whenUnstated: EditionWhenUnstated,
): readonly RecordedStage[] =>
  (['clinical', 'pathologic'] as const)
    .flatMap((kind) => {
      const observations = observed(reading, kind);
      const records = observations.map((fact) => recordOf(reading.terminology, fact));
      return [...records, ...summedUp(reading, chart, kind, observations)].map((record): RecordedStage => ({
        ...factOf([record], unknownOf([record], [], whenUnstated)),
        kind,
      }));
    })
    .sort(byDate((fact: RecordedStage) => fact.on));

/** The categories that can be read of one part of the TNM, undated ones first, then by day. */
const categoriesOf = (
  reading: Reading,
  types: Readonly<Record<StageKind, string>>,
  conceptMap: string,
): readonly CategoryFact[] =>
  (['clinical', 'pathologic'] as const)
    .flatMap((kind) =>
      resultsIn(reading, types[kind]).flatMap(({ valueCodings, effectiveOn, source }): CategoryFact[] => {
        const category = reading.terminology.translate(conceptMap, valueCodings);
        if (category === undefined) return [];
        return [{ category, kind, ...(effectiveOn !== undefined && { on: effectiveOn }), source }];
      }),
    )
    .sort(byDate((fact) => fact.on));

const NODES = { clinical: 'clinical-nodes-type', pathologic: 'pathologic-nodes-type' };
const METASTASES = { clinical: 'clinical-metastases-type', pathologic: 'pathologic-metastases-type' };

/** Every N category that can be read. */
export const nodesOf = (reading: Reading): readonly CategoryFact[] =>
  categoriesOf(reading, NODES, 'tnm-nodes');

/** Every M category that can be read: an earlier M1 is not undone by a later M0. */
export const metastasesOf = (reading: Reading): readonly CategoryFact[] =>
  categoriesOf(reading, METASTASES, 'tnm-metastases');
