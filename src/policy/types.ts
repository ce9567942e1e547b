import type { ServiceRequest } from 'fhir/r4.js';
import type { Stratum } from '../domain/index.ts';

/** UCUM codes of the calendar units a follow-up interval may have. */
export const INTERVAL_UNITS = ['d', 'wk', 'mo', 'a'] as const;
export type IntervalUnit = (typeof INTERVAL_UNITS)[number];

/** A whole number of calendar units. */
export interface Interval {
  readonly value: number;
  readonly unit: IntervalUnit;
}

/** What a proposal rests on. */
export interface PolicyCitation {
  /** Short, for a line of text: "ASCO 2020". */
  readonly label: string;
  /** The whole reference. */
  readonly text: string;
  readonly url?: string;
}

export interface FollowUpQuery {
  readonly stratum: Stratum;
  /** Months of 30.4375 days; conditions see the completed ones. */
  readonly monthsSinceSurgery: number;
  /** The 12-month risk, 0..1; conditions see it in whole per cent. */
  readonly risk12: number;
  /** YYYY-MM-DD; intervals are counted from here. */
  readonly landmarkDate: string;
  /** The logical id on the FHIR server, without `Patient/`. */
  readonly patientId: string;
  /** BCP 47; texts without a translation to it stay as the PlanDefinition has them. */
  readonly language: string;
}

/** One thing to propose, with the whole resource that accepting it creates. */
export interface FollowUpProposal {
  /** The PlanDefinition action's id. */
  readonly id: string;
  readonly title: string;
  /** YYYY-MM-DD: the landmark date plus the interval. */
  readonly dueDate: string;
  /** YYYY-MM-DD: a sixth of the interval before and after the due date. */
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly interval: Interval;
  readonly citations: readonly PolicyCitation[];
  /** A draft proposal; without an id, for the EHR to create. */
  readonly resource: ServiceRequest;
}
