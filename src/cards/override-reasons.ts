import type { Translator } from '../i18n/index.ts';
import type { Card } from './schema.ts';

export const OVERRIDE_REASON_SYSTEM = 'https://recurrence-cds.org/fhir/CodeSystem/override-reason';

/**
 * Why a reader sets a card aside, of whatever service: feedback is counted by these, so one meaning has one code
 * everywhere. The CodeSystem in fhir-profiles/ has the same.
 */
export const OVERRIDE_REASONS = [
  'already-scheduled',
  'patient-declined',
  'clinical-judgement',
  'other-treatment-planned',
  'result-implausible',
  'date-medically-needed',
  'no-earlier-slot',
  'patient-preference',
  'other-clinical-question',
  'ordered-elsewhere',
] as const;
export type OverrideReason = (typeof OVERRIDE_REASONS)[number];

/** Those of a card that shows a risk and proposes follow-up. */
const RISK_CARD_REASONS: readonly OverrideReason[] = [
  'already-scheduled',
  'patient-declined',
  'clinical-judgement',
  'other-treatment-planned',
  'result-implausible',
];

/** @param codes what to offer, in order; unless told, the reasons of the risk card */
export const overrideReasons = (
  { t }: Translator,
  codes: readonly OverrideReason[] = RISK_CARD_REASONS,
): NonNullable<Card['overrideReasons']> =>
  codes.map((code) => ({ code, system: OVERRIDE_REASON_SYSTEM, display: t(`override.${code}`) }));
