import { DEFAULT_BLOCKING, type Blocking } from '../domain/index.ts';

/** What a site decides of its own (`tenants[].eligibility` of the configuration). */
export interface EligibilitySettings {
  readonly blocking: Blocking;
  /** Cycles of immunotherapy, and of platinum, that complete a neoadjuvant therapy. */
  readonly minimumNeoadjuvantCycles: number;
  /** What a stage is taken for that does not say its edition of TNM: the facts are read with it. */
  readonly tnmEditionWhenUnstated: '8' | 'unknown';
}

/** The study's, and what the configuration defaults to. */
export const DEFAULT_ELIGIBILITY: EligibilitySettings = {
  blocking: DEFAULT_BLOCKING,
  minimumNeoadjuvantCycles: 2,
  tnmEditionWhenUnstated: 'unknown',
};
