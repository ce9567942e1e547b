import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { Assessment, ModelIdentity } from '../../domain/index.ts';

/** FHIR ids (letters, digits, '-', at most 64) of what is written for a result: the same for the same, at any time. */
export interface WriteIds {
  /** One a model file: id, version and digest. */
  device(model: ModelIdentity): string;
  /** One a patient, model and landmark date: a result of newer evidence replaces the older one of that day. */
  riskAssessment(assessment: Assessment): string;
  diagnosticReport(assessment: Assessment): string;
  /** One a result. */
  provenance(assessment: Assessment): string;
}

/**
 * Ids are HMACs: without the site's key nobody can tell from an id whose it is, or whether a patient has a result.
 * They begin with a letter, as some servers keep ids of digits alone for themselves.
 *
 * @param key the site's 32-byte key; one for ids is derived from it
 */
export function createWriteIds(key: Uint8Array): WriteIds {
  const derived = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'recurrence-cds write-back', 32)));
  const id = (...parts: readonly string[]): string =>
    `rc-${createHmac('sha256', derived).update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
  const ofDay = (type: string, { tenant, patientId, model, landmarkDate }: Assessment): string =>
    id(type, tenant, patientId, model.id, landmarkDate);
  return {
    device: (model) => id('Device', model.id, model.version, model.digest),
    riskAssessment: (assessment) => ofDay('RiskAssessment', assessment),
    diagnosticReport: (assessment) => ofDay('DiagnosticReport', assessment),
    provenance: ({ fingerprint }) => id('Provenance', fingerprint),
  };
}
