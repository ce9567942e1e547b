import { describe, expect, it } from 'vitest';
import { actionSchema } from '../../../src/cards/index.ts';
import { createWriteIds } from '../../../src/chart/index.ts';
import type { Decision } from '../../../src/hooks/common/index.ts';
import { createRecent } from '../../../src/hooks/common/risk/recent.ts';
import { systemActions } from '../../../src/hooks/common/risk/system-actions.ts';
import { createTranslator } from '../../../src/i18n/index.ts';
import { configSchema } from '../../../src/platform/config.ts';
import { assessment, contrast, criteriaWith } from '../cards/fixtures.ts';

const tenantWith = (cards: object) => {
  const [tenant] = configSchema.parse({
    tenants: [{ id: 'site', fhirBaseUrl: 'https://fhir.example.org', cards }],
  }).tenants;
  return tenant!;
};
const AGREED = tenantWith({ systemActions: ['risk-assessment'] });
const writeIds = createWriteIds(new Uint8Array(32));

const risk = (parts: Partial<Extract<Decision, { kind: 'risk' }>> = {}): Decision => ({
  kind: 'risk',
  assessment: assessment(),
  rechecked: true,
  ageDays: 0,
  criteria: criteriaWith(),
  contrast: contrast(),
  ...parts,
});

const actionsOf = (decision: Decision, tenant = AGREED, language: 'en' | 'zh-CN' = 'en') => {
  const kept = createRecent<Buffer>(10);
  const json = systemActions(decision, tenant, createTranslator(language), { writeIds, kept });
  return json === undefined ? undefined : (JSON.parse(json.toString()) as any[]);
};

describe('system actions', () => {
  it('are one update of the result’s RiskAssessment, at the id of write-back', () => {
    const [action, ...others] = actionsOf(risk())!;
    expect(others).toEqual([]);
    expect(() => actionSchema.parse(action)).not.toThrow();
    expect(action).toMatchObject({
      type: 'update',
      description: 'Keep the result of 23 Nov 2026 in the chart as a RiskAssessment',
      resource: { resourceType: 'RiskAssessment', id: writeIds.riskAssessment(assessment()) },
    });
    expect(actionsOf(risk(), AGREED, 'zh-CN')![0].description).toContain('RiskAssessment存入病历');
  });

  it('are the same again for the same result, and have the same id for a newer one of that day', () => {
    expect(actionsOf(risk())).toEqual(actionsOf(risk()));
    const newer = risk({ assessment: assessment({ fingerprint: 'cd'.repeat(32) }) });
    expect(actionsOf(newer)).not.toEqual(actionsOf(risk()));
    expect(actionsOf(newer)![0].resource.id).toBe(actionsOf(risk())![0].resource.id);
  });

  it('are none where the site did not agree', () => {
    expect(actionsOf(risk(), tenantWith({}))).toBeUndefined();
  });

  it.each<[string, Decision]>([
    ['a result of an earlier day', risk({ ageDays: 1, rechecked: false })],
    ['a result that was not rechecked', risk({ rechecked: false })],
    ['pending', { kind: 'pending', earlier: { status: 'valid', assessment: assessment() } }],
    ['unavailable', { kind: 'unavailable', code: 'FHIR_UNREACHABLE' }],
    [
      'not eligible',
      { kind: 'not-eligible', eligibility: { outOfScope: [], criteria: [], eligible: false } },
    ],
    ['barred', { kind: 'barred', barred: { reason: 'deceased' } }],
    [
      'out of scope',
      { kind: 'out-of-scope', eligibility: { outOfScope: [], criteria: [], eligible: false } },
    ],
  ])('are none for %s', (_name, decision) => {
    expect(actionsOf(decision)).toBeUndefined();
  });
});
