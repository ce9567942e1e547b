import type { Assessment } from '../../src/domain/index.ts';
import type { ModalityScore } from '../../src/assessment/ports.ts';

/** An assessment as large as a real one, of a worker: two modalities present with their contributions, 24 pieces of evidence. */
export const anAssessment = (over: Partial<Assessment> = {}): Assessment => ({
  fingerprint: 'f0'.repeat(32),
  tenant: 'north',
  patientId: 'patient-1',
  landmarkDate: '2026-03-01',
  surgeryDate: '2025-06-15',
  computedAt: '2026-03-01T09:30:00.000Z',
  model: {
    id: 'recurrence-risk',
    version: '3.2.1',
    digest: 'ab'.repeat(32),
    simulated: true,
    trainingPatients: 200,
  },
  risk: {
    status: 'estimated',
    subset: ['metabolomics', 'cfdna'],
    horizons: [
      { horizonMonths: 6, status: 'estimated', risk: 0.081, lower: 0.05, upper: 0.13 },
      { horizonMonths: 12, status: 'estimated', risk: 0.173, lower: 0.11, upper: 0.24 },
      { horizonMonths: 24, status: 'not-estimable', reason: 'too-few-at-risk' },
    ],
    stratum: 'intermediate',
    modalityLogHazard: { metabolomics: 0.4, cfdna: -0.1 },
  },
  modalities: [
    {
      modality: 'metabolomics',
      status: 'present',
      collectedOn: '2026-02-20',
      flags: ['imputed'],
      evidence: [{ reference: 'Observation/panel-1', version: '3' }],
      score: 0.73,
      contributions: Array.from({ length: 24 }, (_, i) => ({
        feature: `metabolite-${i} change since baseline`,
        value: i === 3 ? NaN : i / 7,
        logHazard: (i - 12) / 90,
      })),
    },
    { modality: 'radiomics', status: 'absent', reason: 'no-model', evidence: [] },
    {
      modality: 'cfdna',
      status: 'present',
      collectedOn: '2026-02-20',
      flags: [],
      evidence: [{ reference: 'Observation/tumour-fraction', version: '1' }],
      score: -0.2,
      contributions: Array.from({ length: 12 }, (_, i) => ({
        feature: `fragment-feature-${i}`,
        value: i / 3,
        logHazard: i / 40,
      })),
    },
  ],
  evidence: Array.from({ length: 24 }, (_, i) => ({
    reference: `Observation/8f1c-${i}-4b7e-9a52-d2c1e0b7a6f${i % 10}`,
    version: String(i),
  })),
  readBy: 'worker',
  ...over,
});

export const aScore = (over: Partial<ModalityScore> = {}): ModalityScore => ({
  fingerprint: 'c4'.repeat(32),
  modality: 'cfdna',
  score: 1.25,
  contributions: [
    { feature: 'tumourFraction', value: 0.031, logHazard: 0.4 },
    { feature: 'methylationScore', value: NaN, logHazard: 0 },
  ],
  imputed: 1,
  ...over,
});
