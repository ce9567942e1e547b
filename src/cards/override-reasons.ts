import type { Translator } from '../i18n/index.ts';
import type { Card } from './schema.ts';

export const OVERRIDE_REASON_SYSTEM = 'https://recurrence-cds.org/fhir/CodeSystem/override-reason';

/** Why a reader sets the proposals aside; feedback is counted by these. */
export const OVERRIDE_REASONS = [
  'already-scheduled',
  'patient-declined',
  'clinical-judgement',
  'other-treatment-planned',
  'result-implausible',
] as const;

export const overrideReasons = ({ t }: Translator): NonNullable<Card['overrideReasons']> =>
  OVERRIDE_REASONS.map((code) => ({ code, system: OVERRIDE_REASON_SYSTEM, display: t(`override.${code}`) }));
