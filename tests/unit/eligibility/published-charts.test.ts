/** Charts that others published, judged as DESIGN.md 9 says. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { judgeChart } from '../../../src/assessment/index.ts';
import { parseChart } from '../../../src/chart/index.ts';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { describeWithData } from '../../setup/requires.ts';
import { NEVER, modalities, terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const judge = (resources: readonly unknown[], zone = 'America/New_York') => {
  const chart = parseChart({ conditions: resources }, zone);
  const judgedOn = { asOf: TODAY, barAsOf: TODAY };
  return { chart, ...judgeChart(chart, judgedOn, terminology, DEFAULT_ELIGIBILITY) };
};

describeWithData('published charts', (data) => {
  const synthea = path.join(data, 'fhir/synthea-lung');
  const files = readdirSync(synthea).filter((name) => name.endsWith('.json'));

  it.each(files)('Synthea, %s: lung cancer, never operated on: out of scope', (name) => {
    const bundle = readJson(path.join(synthea, name)) as { entry: { resource: unknown }[] };
    const { chart, clinical, eligibility } = judge(bundle.entry.map((entry) => entry.resource));
    expect(chart.conditions.length).toBeGreaterThan(5);
    expect(clinical.nsclc.length).toBeGreaterThan(0);
    expect(eligibility).toMatchObject({
      outOfScope: ['no-lung-resection'],
      barred: { reason: 'deceased' },
      eligible: false,
    });
    for (const modality of modalities)
      expect(modality.select(chart, { date: TODAY, surgeryDate: '2026-01-15' }).status).toBe('absent');
  });

  it("mCODE's NSCLC patient: in scope, clinical stage IIIC excluded, no therapy recorded", () => {
    const folder = path.join(data, 'fhir/mcode-4.0.0/examples');
    const subject = { reference: 'Patient/cancer-patient-john-anyperson' };
    // The examples hold no Patient of that id.
    const john = { resourceType: 'Patient', id: 'cancer-patient-john-anyperson', birthDate: '1955-05-20' };
    const his = readdirSync(folder)
      .map((name) => readJson(path.join(folder, name)) as { subject?: { reference?: string } })
      .filter((each) => each.subject?.reference === subject.reference);
    const { eligibility, clinical } = judge([john, ...his]);
    expect(eligibility.outOfScope).toEqual([]);
    // The examples give him a brain metastasis too.
    expect(eligibility.barred?.reason).toBe('recurred');
    const judged = new Map(eligibility.criteria.map(({ id, result, found }) => [id, [result, found]]));
    expect(judged.get('age')).toEqual(['met', '63']);
    expect(judged.get('nsclc')?.[0]).toBe('met');
    expect(judged.get('no-advanced-stage')).toEqual(['not-met', 'cIIIC, cN3']);
    expect(judged.get('neoadjuvant')?.[0]).toBe('unknown');
    expect(eligibility.eligible).toBe(false);
    expect(clinical.lastDiseaseAssessmentOn).toBe('2019-04-01');
  });

  it.each(['mcode-4.0.0', 'us-core-6.1.0', 'genomics-reporting-3.0.0'])(
    'every example of %s is read without an error',
    async (guide) => {
      const folder = path.join(data, 'fhir', guide, 'examples');
      const resources = readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => readJson(path.join(folder, name)));
      expect(resources.length).toBeGreaterThan(100);
      const { chart } = judge([{ resourceType: 'Patient', id: 'x' }, ...resources]);
      for (const modality of modalities) {
        const landmark = { date: TODAY, surgeryDate: '2026-01-15' };
        if (modality.select(chart, landmark).status === 'present')
          await modality.extract(chart, landmark, { signal: NEVER });
      }
    },
  );
});
