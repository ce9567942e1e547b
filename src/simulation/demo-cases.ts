import type { CareRecord } from './care.ts';
import type { LatentState, TrueEvent } from './latent.ts';
import type { PatientOverrides } from './patient.ts';
import { SITES } from './sites.ts';

export interface Story {
  readonly en: string;
  readonly zh: string;
}

/** A demonstration patient whose visit is today: what is set by hand; the rest is drawn from the fixed seed. */
export interface DemoCaseSpec {
  readonly id: string;
  readonly story: Story;
  readonly seed: number;
  /** Months from surgery of the visits so far; the last one is today's. */
  readonly visitMonths: readonly number[];
  /** Samples of the last so many months are absent: none were drawn. */
  readonly noDrawsForMonths?: number;
  readonly lacks?: readonly ('metabolomics' | 'cfdna')[];
  /** A follow-up appointment is booked for tomorrow: what a nightly sweep finds. */
  readonly appointmentTomorrow?: true;
  readonly given: PatientOverrides &
    Required<Pick<PatientOverrides, 'name' | 'sex' | 'ageYears' | 'stage' | 'latent' | 'site' | 'study'>>;
}

const NEVER: TrueEvent = { months: Infinity, kind: 'recurrence' };

const latent = (intercept: number, ratePerMonth: number, preoperative: number): LatentState => ({
  intercept,
  ratePerMonth,
  preoperative,
});

/** Consented, R0, everything written down: what a case shows does not hang on a draw. */
const RECORDED: Partial<CareRecord> = { residualTumour: 'r0', attenuation: 'solid', consent: 'given' };

const person = (
  family: string,
  given: string,
  sex: 'male' | 'female',
  ageYears: number,
): Pick<DemoCaseSpec['given'], 'name' | 'sex' | 'ageYears'> => ({ name: { family, given }, sex, ageYears });

/** In the order a demonstration shows them. Strata are those of the true 12-month risk today. */
export const DEMO_CASES: readonly DemoCaseSpec[] = [
  {
    id: 'demo-low-3-months',
    story: { en: 'Three months after lobectomy, low hazard.', zh: '肺叶切除术后三个月，低风险。' },
    seed: 100,
    visitMonths: [1, 3],
    appointmentTomorrow: true,
    given: {
      ...person('Samplewood', 'Helen', 'female', 58.4),
      study: 'in',
      stage: 'IB',
      site: SITES.north,
      latent: latent(-2.4, -0.02, 0.2),
      care: { ...RECORDED, attenuation: 'part-solid' },
      event: NEVER,
    },
  },
  {
    id: 'demo-low-19-months',
    story: {
      en: 'Nineteen months after surgery; markers have been quiet throughout.',
      zh: '术后十九个月，各项指标一直平稳。',
    },
    seed: 118,
    visitMonths: [1, 3, 6, 9, 12, 16, 19],
    given: {
      ...person('例', '建国', 'male', 66.2),
      study: 'in',
      stage: 'IIA',
      site: SITES.west,
      latent: latent(-1.9, -0.04, 0.5),
      care: { ...RECORDED, consent: 'not-recorded' },
      event: NEVER,
    },
  },
  {
    id: 'demo-intermediate-7-months',
    story: { en: 'Seven months after surgery, intermediate hazard.', zh: '术后七个月，中等风险。' },
    seed: 101,
    visitMonths: [1, 3, 5, 7],
    appointmentTomorrow: true,
    given: {
      ...person('Testerman', 'Bruno', 'male', 63.1),
      study: 'in',
      stage: 'IIB',
      site: SITES.east,
      latent: latent(0.25, 0.01, 1.4),
      care: { ...RECORDED, residualTumour: 'r1' },
      event: NEVER,
    },
  },
  {
    id: 'demo-high-10-months',
    story: {
      en: 'Ten months after surgery; the tumour fraction has been rising since month six.',
      zh: '术后十个月，肿瘤分数自第六个月起持续上升。',
    },
    seed: 101,
    visitMonths: [1, 3, 6, 8, 10],
    appointmentTomorrow: true,
    given: {
      ...person('模', '明远', 'male', 70.8),
      study: 'in',
      stage: 'IIIA',
      site: SITES.north,
      latent: latent(0.6, 0.17, 1.9),
      care: { ...RECORDED, contrastAllergy: true },
      event: NEVER,
    },
  },
  {
    id: 'demo-high-13-months',
    story: { en: 'Thirteen months after surgery, high hazard.', zh: '术后十三个月，高风险。' },
    seed: 101,
    visitMonths: [1, 3, 6, 9, 13],
    given: {
      ...person('Exemplar', 'Judith', 'female', 61.5),
      study: 'in',
      stage: 'IIIA',
      site: SITES.south,
      latent: latent(1.3, 0.08, 2.2),
      care: { ...RECORDED, judgement: 'suitable' },
      event: NEVER,
    },
  },
  {
    id: 'demo-partial-6-months',
    story: {
      en: 'Six months after surgery; cfDNA was never sequenced, the assessment is partial.',
      zh: '术后六个月，未做 cfDNA 测序，仅能部分评估。',
    },
    seed: 132,
    visitMonths: [1, 3, 6],
    lacks: ['cfdna'],
    given: {
      ...person('拟', '秀兰', 'female', 68.9),
      study: 'in',
      stage: 'IIB',
      site: SITES.west,
      latent: latent(-0.2, 0.02, 1.2),
      care: RECORDED,
      event: NEVER,
    },
  },
  {
    id: 'demo-too-old-15-months',
    story: {
      en: 'Fifteen months after surgery; the last samples are more than half a year old.',
      zh: '术后十五个月，最近一次样本已超过半年。',
    },
    seed: 124,
    visitMonths: [1, 3, 6, 9, 12, 15],
    noDrawsForMonths: 8,
    given: {
      ...person('Modelski', 'Karl', 'male', 72.3),
      study: 'in',
      stage: 'IB',
      site: SITES.south,
      latent: latent(-1, 0, 0.9),
      care: RECORDED,
      event: NEVER,
    },
  },
  {
    id: 'demo-stage-iiic',
    story: {
      en: 'Resected, but pathologic stage IIIC: outside the criteria of the study.',
      zh: '已手术切除，但病理分期为 IIIC，不符合研究标准。',
    },
    seed: 134,
    visitMonths: [1, 3, 6],
    given: {
      ...person('虚', '海峰', 'male', 59.7),
      study: 'stage',
      stage: 'IIIC',
      site: SITES.east,
      latent: latent(1.2, 0.05, 2.3),
      care: RECORDED,
      event: NEVER,
    },
  },
  {
    id: 'demo-no-neoadjuvant',
    story: {
      en: 'Lobectomy without neoadjuvant therapy: outside the criteria of the study.',
      zh: '肺叶切除术前未行新辅助治疗，不符合研究标准。',
    },
    seed: 143,
    visitMonths: [1, 3, 6, 9],
    given: {
      ...person('Trialby', 'Vera', 'female', 64),
      study: 'no-neoadjuvant',
      stage: 'IIA',
      site: SITES.north,
      latent: latent(-0.8, 0, 1),
      care: RECORDED,
      event: NEVER,
    },
  },
  {
    id: 'demo-consent-withdrawn',
    story: {
      en: 'Would meet every criterion, but withdrew the consent two months after surgery.',
      zh: '其余标准均符合，但术后两个月撤回了知情同意。',
    },
    seed: 105,
    visitMonths: [1, 3, 6],
    given: {
      ...person('试', '玉珍', 'female', 62.7),
      study: 'in',
      stage: 'IIA',
      site: SITES.north,
      latent: latent(-0.6, 0, 1),
      care: { ...RECORDED, consent: 'withdrawn' },
      event: NEVER,
    },
  },
  {
    id: 'demo-other-malignancy',
    story: {
      en: 'Colon cancer three years before the lung surgery: outside the criteria of the study.',
      zh: '肺部手术前三年患结肠癌，不符合研究标准。',
    },
    seed: 106,
    visitMonths: [1, 3, 6, 9],
    given: {
      ...person('Cohortez', 'Martin', 'male', 69.3),
      study: 'in',
      stage: 'IIB',
      site: SITES.east,
      latent: latent(-0.3, 0.01, 1.1),
      care: { ...RECORDED, otherCancerYearsBefore: 3 },
      event: NEVER,
    },
  },
  {
    id: 'demo-r2-resection',
    story: {
      en: 'Tumour was left behind (R2): outside the criteria of the study.',
      zh: '术后有肉眼残留（R2），不符合研究标准。',
    },
    seed: 107,
    visitMonths: [1, 3, 5],
    given: {
      ...person('样', '志强', 'male', 65.5),
      study: 'in',
      stage: 'IIIA',
      site: SITES.south,
      latent: latent(0.4, 0.02, 1.5),
      care: { ...RECORDED, residualTumour: 'r2' },
      event: NEVER,
    },
  },
  {
    id: 'demo-stage-edition',
    story: {
      en: 'Stage IIB, but the chart does not say by which edition of TNM: unknown, so no risk is shown.',
      zh: '分期为 IIB，但病历未注明 TNM 版本，无法判断，不显示风险。',
    },
    seed: 108,
    visitMonths: [1, 3, 6],
    given: {
      ...person('Simfield', 'Edith', 'female', 57.8),
      study: 'in',
      stage: 'IIB',
      site: SITES.west,
      latent: latent(-0.7, 0, 1),
      care: { ...RECORDED, stageEdition: 'unsaid' },
      event: NEVER,
    },
  },
  {
    id: 'demo-recurred',
    story: {
      en: 'Recurrence was confirmed eight months after surgery: no risk is shown.',
      zh: '术后八个月已确认复发，不再显示风险。',
    },
    seed: 104,
    visitMonths: [1, 3, 6, 9, 12],
    given: {
      ...person('样', '德胜', 'male', 67.6),
      study: 'in',
      stage: 'IIIA',
      site: SITES.south,
      latent: latent(1.8, 0.12, 2.6),
      care: RECORDED,
      event: { months: 8, kind: 'recurrence' },
    },
  },
];
