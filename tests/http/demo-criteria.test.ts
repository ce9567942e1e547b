/** The criteria panel of the demo EHR, and the same for a terminal. */
import express from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { criteriaPanel, printCriteria } from '../../src/cli/demo-criteria.ts';
import { createDemoEhr, type CriteriaPanel, type DemoEhrOptions } from '../../src/demo/index.ts';
import { judgeEligibility } from '../../src/eligibility/index.ts';
import { listen, LOOPBACK, type Listening } from '../../src/platform/index.ts';
import {
  clinicalFactsWith,
  known,
  subjectWith,
  surgeryFact,
  unknownFact,
  type FactsChange,
} from '../unit/eligibility/hand-made.ts';

const planOf = (change: FactsChange) =>
  ({ eligibility: judgeEligibility(subjectWith(clinicalFactsWith(change))) }) as Parameters<
    typeof criteriaPanel
  >[0];
const r2 = planOf({
  surgery: surgeryFact({ residualTumour: known('R2', 'Observation/margins') }),
  consent: unknownFact('not-recorded'),
});
const outOfScope = planOf({ lungCancer: [], nsclc: [] });
const recurred = planOf({ recurrence: { source: { reference: 'Condition/back', version: '1' } } });

describe('the panel', () => {
  it('says how the patient stands, with all criteria, what blocks first', () => {
    const panel = criteriaPanel(r2, 'en');
    expect(panel.status).toBe('not-eligible');
    expect(panel.lines).toHaveLength(16);
    expect(panel.lines[0]).toMatchObject({
      name: 'Margins R0 or R1',
      result: 'not-met',
      blocks: true,
      found: 'R2',
      evidence: ['Observation/margins'],
    });
    expect(criteriaPanel(planOf({}), 'zh-CN')).toMatchObject({ status: 'eligible' });
    expect(criteriaPanel(recurred, 'en')).toMatchObject({ status: 'barred' });
    expect(criteriaPanel(outOfScope, 'en')).toEqual({ status: 'out-of-scope', lines: [] });
  });

  it('on the terminal: a line for each that is not met or unknown, the met ones together, all with evidence', () => {
    const text = printCriteria(criteriaPanel(r2, 'en'), 'p1');
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '  NCT07291921: not eligible; 13 of 16 criteria met',
      '    x Margins R0 or R1: not met, R2 [Observation/margins]  <- blocks',
      '    ? Informed consent: unknown: not recorded (reported only)',
    ]);
    expect(lines.filter((line) => line.startsWith('    + '))).toHaveLength(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    const flowing = text.replace(/\s+/g, ' ');
    expect(flowing).toContain('Age 18 to 84 at surgery, 65 years [Patient/~]; ');
    expect(flowing).toMatch(/, 2 cycles \[MedicationAdministration\/\S+ and 3 more\]; /);
    for (const { name } of criteriaPanel(r2, 'en').lines) expect(flowing).toContain(name);
  });

  it('on the terminal: one line for a patient out of scope', () => {
    expect(printCriteria(criteriaPanel(outOfScope, 'en'), 'p1')).toBe(
      '  NCT07291921: out of scope, not judged\n',
    );
  });
});

describe('the page', () => {
  let service: Listening;
  let page: (criteriaOf?: DemoEhrOptions['criteriaOf'], language?: string) => Promise<string>;
  beforeEach(async () => {
    const app = express();
    app.use((_request, response) => {
      response.json({ cards: [] });
    });
    service = await listen(app, LOOPBACK, 0);
    page = async (criteriaOf, language = 'en') => {
      const ehr = createDemoEhr({
        patients: [{ id: 'p1', name: 'Zhang Wei', story: { en: 'Resected', zh: '已切除' } }],
        serviceUrl: service.url,
        fhirUrl: 'http://127.0.0.1:1/fhir/',
        serviceId: 'x',
        ...(criteriaOf !== undefined && { criteriaOf }),
      });
      const { status, text } = await request(ehr).get(`/patients/p1?lang=${language}`);
      expect(status).toBe(200);
      return text;
    };
  });
  afterEach(() => service.close());

  it('shows each criterion with its evidence, which leads to the FHIR server', async () => {
    const asked: string[] = [];
    const text = await page((id, language) => {
      asked.push(id, language);
      return Promise.resolve(criteriaPanel(r2, language));
    }, 'zh-CN');
    expect(asked).toEqual(['p1', 'zh-CN']);
    expect(text).toContain('NCT07291921研究入组标准');
    expect(text.match(/<tr class="(met|not-met|unknown)">/g)).toHaveLength(16);
    expect(text).toContain('href="http://127.0.0.1:1/fhir/Observation/margins"');
    expect(text).toContain('<strong>不符合</strong>');
  });

  it('folds away the fourth and further resources of a criterion, and none of them is lost', async () => {
    const evidence = ['1', '2', '3', '4', '5'].map((id) => `Specimen/s-${id}`);
    const line = { name: 'Samples', result: 'met', resultText: 'met', blocks: false, found: '' } as const;
    const text = await page(() => Promise.resolve({ status: 'eligible', lines: [{ ...line, evidence }] }));
    const [open = '', folded = ''] = text.slice(text.indexOf('<tbody>')).split('<details>');
    expect(open.match(/href="[^"]*Specimen\/s-\d"/g)).toHaveLength(3);
    expect(folded.match(/href="[^"]*Specimen\/s-\d"/g)).toHaveLength(2);
    expect(folded).toContain('<summary>2 more</summary>');
  });

  it('has no table for a patient out of scope', async () => {
    const text = await page((_, language) => Promise.resolve(criteriaPanel(outOfScope, language)));
    expect(text).toContain('Out of scope: no lung cancer or no lung resection in the chart.');
    expect(text).not.toContain('<tbody>');
  });

  it('shows the cards alone where nobody judges, or the judging fails', async () => {
    for (const criteriaOf of [undefined, () => Promise.reject(new Error('no chart'))]) {
      const text = await page(criteriaOf);
      expect(text).toContain('The service has nothing to say.');
      expect(text).not.toContain('id="criteria"');
    }
  });

  it('carries nothing of the chart through as markup, and links nothing that is no reference', async () => {
    const hostile = '"><script>alert(1)</script>';
    const panel: CriteriaPanel = {
      status: 'eligible',
      lines: [
        {
          name: hostile,
          result: 'met',
          resultText: hostile,
          blocks: false,
          found: hostile,
          evidence: [hostile, 'https://elsewhere.example/x', 'Observation/../../x'],
        },
      ],
    };
    const text = await page(() => Promise.resolve(panel));
    expect(text).not.toContain('<script');
    expect(text).not.toMatch(/href="[^"]*(?:elsewhere|\.\.)/);
  });
});
