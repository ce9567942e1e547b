import { hash } from 'node:crypto';
import { clinicalFacts, type Chart, type ClinicalFacts } from '../chart/index.ts';
import {
  monthsSinceSurgery,
  type EvidenceRef,
  type Landmark,
  type ModalityId,
  type ReadBy,
  type Selection,
} from '../domain/index.ts';
import { judgeEligibility, type Eligibility, type EligibilitySettings } from '../eligibility/index.ts';
import type { ImageSource, Modality } from '../modalities/index.ts';
import type { Models } from '../model-registry/index.ts';
import { canonicalEvidence, type Fingerprint } from './fingerprint.ts';

/** Whose chart, seen from which site. */
export interface Site {
  readonly tenant: string;
  readonly fhirBaseUrl: string;
}

/** Everything about one assessment that needs no slow work: who, when, on what, and the names of its results. */
export interface Plan {
  readonly site: Site;
  readonly patientId: string;
  readonly landmarkDate: string;
  readonly clinical: ClinicalFacts;
  readonly eligibility: Eligibility;
  /** Who read the chart it was made from. */
  readonly readBy: ReadBy;
  /** Absent where there is no dated surgery: then nothing can be assessed. */
  readonly assessable?: AssessablePlan;
}

export interface AssessablePlan {
  readonly landmark: Landmark;
  readonly landmarkMonths: number;
  readonly selections: ReadonlyMap<ModalityId, Selection>;
  /** Of the modalities that are present: the names their scores are kept under. Made when first asked for. */
  readonly scoreFingerprints: ReadonlyMap<ModalityId, string>;
  readonly evidence: readonly EvidenceRef[];
  readonly fingerprint: string;
  /** Of the evidence's references alone; see AssessmentRef. Made when first asked for. */
  readonly resourcesFingerprint: string;
}

export interface PlanDependencies {
  readonly terminology: Parameters<typeof clinicalFacts>[1];
  readonly modalities: readonly Modality[];
  readonly models: Models;
  readonly fingerprint: Fingerprint;
  /** A site's images, where it has an archive that we may read. */
  readonly imagesOf?: (tenant: string) => ImageSource | undefined;
  /** What a tenant's site decided of who may be assessed: hooks and workers judge by the same. */
  readonly eligibilityOf: (tenant: string) => EligibilitySettings;
}

const selectAll = (
  site: Site,
  chart: Chart,
  landmark: Landmark,
  { modalities, models, imagesOf }: PlanDependencies,
): Map<ModalityId, Selection> =>
  new Map(
    modalities.map((modality) => {
      // What no model would take is not looked for.
      if (models.scoreManifest(modality.id) === undefined)
        return [modality.id, { status: 'absent', reason: 'no-model', evidence: [] }];
      const selection = modality.select(chart, landmark);
      // What could not be read is not the same as what is not there.
      if (selection.status === 'absent' && modality.queries.some((key) => chart.unread.has(key)))
        return [modality.id, { ...selection, reason: 'no-access' }];
      if (selection.status === 'present' && modality.needsImages && imagesOf?.(site.tenant) === undefined)
        return [modality.id, { status: 'absent', reason: 'no-archive', evidence: [] }];
      return [modality.id, selection];
    }),
  );

const scoreFingerprintsOf = (
  site: Site,
  chart: Chart,
  selections: ReadonlyMap<ModalityId, Selection>,
  { modalities, models, terminology, fingerprint }: PlanDependencies,
): Map<ModalityId, string> => {
  const names = new Map<ModalityId, string>();
  for (const { id, preprocessing } of modalities) {
    const selection = selections.get(id);
    if (selection?.status !== 'present') continue;
    names.set(
      id,
      fingerprint([
        'score',
        site,
        chart.patient.id,
        id,
        preprocessing,
        // Codes, maps and molar masses decide what is read of the same evidence.
        terminology.version,
        models.scoreManifest(id)?.sha256,
        canonicalEvidence(selection.evidence),
      ]),
    );
  }
  return names;
};

const digests = new WeakMap<object, string>();

/** A hash of a manifest, made once: it is kilobytes, and stands in the name of every result. */
const digestOf = (manifest: object): string => {
  const known = digests.get(manifest);
  if (known !== undefined) return known;
  const made = hash('sha256', JSON.stringify(manifest), 'hex');
  digests.set(manifest, made);
  return made;
};

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

const assessableOf = (
  site: Site,
  chart: Chart,
  landmark: Landmark,
  eligibility: Eligibility,
  dependencies: PlanDependencies,
): AssessablePlan => {
  const { modalities, models, terminology, fingerprint, eligibilityOf } = dependencies;
  const selections = selectAll(site, chart, landmark, dependencies);
  const evidence = canonicalEvidence([
    chart.patient.source,
    ...eligibility.criteria.flatMap((criterion) => criterion.evidence),
    ...[...selections.values()].flatMap((selection) => selection.evidence),
  ]);
  // A request that finds its result stored needs neither.
  const scoreFingerprints = once(() => scoreFingerprintsOf(site, chart, selections, dependencies));
  const resourcesFingerprint = once(() =>
    fingerprint(['resources', site, landmark.date, evidence.map((ref) => ref.reference)]),
  );
  return {
    landmark,
    landmarkMonths: monthsSinceSurgery(landmark),
    selections,
    get scoreFingerprints() {
      return scoreFingerprints();
    },
    evidence,
    get resourcesFingerprint() {
      return resourcesFingerprint();
    },
    fingerprint: fingerprint([
      'assessment',
      site,
      chart.patient.id,
      landmark.date,
      evidence,
      [...selections].map(([id, selection]) => [
        id,
        selection.status === 'present' ? 'present' : selection.reason,
      ]),
      // All of it: thresholds and limits are the manifest's, not the file's.
      digestOf(models.layer),
      modalities.map((modality) => modality.preprocessing),
      terminology.version,
      // The number does not depend on them; who got one does, and a record says under which rules it was made.
      eligibilityOf(site.tenant),
    ]),
  };
};

export interface PlanOptions {
  /** A visit of the past: what came later is not seen. A live visit is barred by whatever the chart holds. */
  readonly retrospective?: boolean;
  /** `worker` only for a chart that the caller itself read with the site's own credentials; otherwise `request`. */
  readonly readBy?: ReadBy;
}

const END_OF_TIME = '9999-12-31';

/** What is judged of a chart, on which day; see {@link clinicalFacts} for the dates. */
export interface JudgedOn {
  /** YYYY-MM-DD */
  readonly asOf: string;
  readonly barAsOf: string;
}

/**
 * The clinical story of a chart and who may be assessed by it: the one place where both are read with a site's
 * settings, for hooks, workers, training and the command line.
 */
export function judgeChart(
  chart: Chart,
  { asOf, barAsOf }: JudgedOn,
  terminology: PlanDependencies['terminology'],
  settings: EligibilitySettings,
): { readonly clinical: ClinicalFacts; readonly eligibility: Eligibility } {
  const { tnmEditionWhenUnstated } = settings;
  const clinical = clinicalFacts(chart, terminology, asOf, { barAsOf, tnmEditionWhenUnstated });
  const { patient, unread } = chart;
  return { clinical, eligibility: judgeEligibility({ patient, clinical, unread, asOf, barAsOf }, settings) };
}

/** Plans an assessment of a chart at a landmark date. Pure but for the key in the fingerprint. */
export function planAssessment(
  site: Site,
  chart: Chart,
  landmarkDate: string,
  dependencies: PlanDependencies,
  { retrospective = false, readBy = 'request' }: PlanOptions = {},
): Plan {
  const barAsOf = retrospective ? landmarkDate : END_OF_TIME;
  const { clinical, eligibility } = judgeChart(
    chart,
    { asOf: landmarkDate, barAsOf },
    dependencies.terminology,
    dependencies.eligibilityOf(site.tenant),
  );
  const plan = { site, patientId: chart.patient.id, landmarkDate, clinical, eligibility, readBy };
  if (clinical.surgery === undefined) return plan;
  const landmark = landmarkOf(clinical, clinical.surgery.performedOn, landmarkDate);
  return { ...plan, assessable: assessableOf(site, chart, landmark, eligibility, dependencies) };
}

/** The landmark of a date: time zero is the resection, the baseline follows the last neoadjuvant dose. */
export function landmarkOf(clinical: ClinicalFacts, surgeryDate: string, date: string): Landmark {
  const lastDose = [...clinical.immunotherapy.dosesOn, ...clinical.platinum.dosesOn].sort().at(-1);
  return { date, surgeryDate, ...(lastDose !== undefined && { lastNeoadjuvantDose: lastDose }) };
}
