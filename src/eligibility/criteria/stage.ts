import type { CategoryFact, RecordedStage, StageFact } from '../../chart/index.ts';
import type { EvidenceRef } from '../../domain/index.ts';
import { met, notMet, silence, sourcesOf, unknown, type Criterion } from '../judgement.ts';

/** The study's stage groups, TNM 8th edition. */
const STUDY_STAGES: ReadonlySet<string> = new Set(['IB', 'IIA', 'IIB', 'IIIA']);
const ADVANCED_STAGES: ReadonlySet<string> = new Set(['IIIC', 'IV', 'IVA', 'IVB']);

/** "pIIB", "ypIIB", "cIIIB". */
const named = ({ kind, group, postTherapy }: RecordedStage): string | undefined =>
  group === undefined ? undefined : `${postTherapy ? 'y' : ''}${kind === 'clinical' ? 'c' : 'p'}${group}`;

/**
 * NCT07291921, inclusion: pathologic stage IB-IIIA (8th TNM). ypT0N0 (stage 0) is not met: the study asks for a
 * stage IB-IIIA. A clinical stage never stands in for a pathologic one.
 */
export const stage: Criterion = ({ clinical: { pathologicStage, clinicalStage }, unread }) => {
  if (pathologicStage === undefined) {
    const found = clinicalStage && named({ ...clinicalStage, kind: 'clinical' });
    const evidence = clinicalStage === undefined ? [] : [clinicalStage.source];
    return unknown(silence(unread, 'staging'), { found: [found], evidence });
  }
  const evidence = recordsOf([pathologicStage]);
  const { group } = pathologicStage;
  if (group === undefined) return unknown(pathologicStage.unknown ?? 'code-unknown', { evidence });
  const what = { found: [named({ ...pathologicStage, kind: 'pathologic' })], evidence };
  return STUDY_STAGES.has(group) ? met(what) : notMet(what);
};

const recordsOf = (stages: readonly StageFact[]): EvidenceRef[] =>
  stages.flatMap(({ source, otherSources = [] }) => [source, ...otherSources]);

/** NX and the like tell nothing. */
const NODES_TOLD = /^N[0-2]/;

const categoryNamed = ({ kind, category }: CategoryFact): string =>
  `${kind === 'clinical' ? 'c' : 'p'}${category}`;

/** A stage IIIB of which no N category of its kind tells whether it is N2 or N3. */
const isOpenIIIB = ({ group, kind }: RecordedStage, nodes: readonly CategoryFact[]): boolean =>
  group === 'IIIB' && !nodes.some((each) => each.kind === kind && NODES_TOLD.test(each.category));

/**
 * NCT07291921, exclusion: stage IIIB-N3, IIIC or IV; clinical or pathologic, whenever it was recorded: a therapy that
 * shrank a stage IV does not undo it. N3 nodes are stage IIIB at least by the 8th TNM, M1 is stage IV; both exclude
 * whatever group is recorded. A stage IIIB whose nodes are not recorded is unknown. So is a latest stage, of either
 * kind, that cannot be read: it might be one of these; and one beside the diagnosis of a metastasis from before the
 * operation: one of the two is wrong, or the metastasis is a nodule of the same lung, which no diagnosis code tells.
 */
export const noAdvancedStage: Criterion = ({ clinical, unread }) => {
  const { stages } = clinical;
  const advanced = stages.filter(({ group = '' }) => ADVANCED_STAGES.has(group));
  const categories = [
    ...clinical.nodes.filter(({ category }) => category.startsWith('N3')),
    ...clinical.metastases.filter(({ category }) => category.startsWith('M1')),
  ];
  if (advanced.length + categories.length > 0)
    return notMet({
      // An Observation and the Condition that sums it up say one thing.
      found: [...new Set([...advanced.map(named), ...categories.map(categoryNamed)])],
      evidence: [...recordsOf(advanced), ...sourcesOf(categories)],
    });
  const what = {
    found: [...new Set(stages.map(named))],
    evidence: [...recordsOf(stages), ...sourcesOf([...clinical.nodes, ...clinical.metastases])],
  };
  const metastases = clinical.earlierMetastases ?? [];
  if (metastases.length > 0)
    return unknown('conflicting', {
      found: [...what.found, 'metastasis'],
      evidence: [...metastases, ...what.evidence],
    });
  if (stages.length === 0) return unknown(silence(unread, 'staging'), what);
  const unreadable = [clinical.pathologicStage, clinical.clinicalStage].find(
    (latest) => latest !== undefined && latest.group === undefined,
  );
  if (unreadable !== undefined) return unknown(unreadable.unknown ?? 'code-unknown', what);
  return stages.some((each) => isOpenIIIB(each, clinical.nodes))
    ? unknown(silence(unread, 'staging'), what)
    : met(what);
};
