import type { RenderContext } from '../../cards/index.ts';
import type { CareQueryKey, ChartQuery, WriteIds } from '../../chart/index.ts';
import type { FollowUpPolicy } from '../../policy/index.ts';
import type { Clock } from '../../platform/index.ts';
import type { Answers } from './answers.ts';
import type { Visits } from './visits.ts';

/** What services are built with; each takes its part. */
export interface HookDependencies {
  readonly visits: Visits;
  readonly answers: Answers;
  readonly queries: readonly ChartQuery[];
  readonly careQueries: readonly ChartQuery<CareQueryKey>[];
  readonly policy: FollowUpPolicy;
  /** Membership of codes in the ValueSets of fhir-profiles/. */
  readonly codes: {
    includes(
      valueSetId: string,
      codings: readonly { readonly system?: string | undefined; readonly code?: string | undefined }[],
    ): boolean;
    /** Does the ValueSet name codes of the system? Of another system it cannot tell what a code means. */
    speaks(valueSetId: string, system: string | undefined): boolean;
  };
  readonly translators: (acceptLanguage: string | undefined) => RenderContext['translator'];
  /** The installed model was trained on simulated patients. */
  readonly simulated: boolean;
  readonly explainOutOfScope: boolean;
  /** Ids of resources that are kept for a result, by us or by the EHR. */
  readonly writeIds: WriteIds;
  readonly clock: Clock;
}
