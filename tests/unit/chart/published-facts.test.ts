/** The clinical facts of charts that others published. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { careFacts, clinicalFacts, parseChart } from '../../../src/chart/index.ts';
import { describeWithData } from '../../setup/requires.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
type Json = Readonly<Record<string, unknown>>;
const readJson = (file: string): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;
const readFolder = (folder: string): Json[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readJson(path.join(folder, name)));

const entries = (bundle: Json): Json[] =>
  (bundle['entry'] as { resource: Json }[]).map(({ resource }) => resource);

describeWithData('facts of published charts', (data) => {
  const mcode = path.join(data, 'fhir/mcode-4.0.0/examples');
  const ofPatient = (id: string) => [
    // The examples hold no Patient of that id.
    { resourceType: 'Patient', id },
    ...readFolder(mcode).filter(
      (each) => (each['subject'] as { reference?: string } | undefined)?.reference === `Patient/${id}`,
    ),
  ];
  const factsOf = (resources: readonly unknown[]) =>
    clinicalFacts(parseChart({ conditions: resources }, 'UTC'), terminology, TODAY);

  it("mCODE's lung patient: curative partial lobectomy, clinical IIIC agreed on by two records, cN3", () => {
    const facts = factsOf(ofPatient('cancer-patient-john-anyperson'));
    expect(facts.surgery).toMatchObject({
      performedOn: '2019-03-01',
      source: { reference: 'Procedure/cancer-related-surgical-procedure-lobectomy' },
      // The code alone is a sublobar one; the intent is said.
      radical: { status: 'known', value: true },
      residualTumour: { status: 'unknown', reason: 'not-recorded' },
    });
    expect(facts.clinicalStage).toMatchObject({
      group: 'IIIC',
      on: '2019-04-01',
      postTherapy: false,
      source: { reference: 'Observation/tnm-clinical-stage-group-3c' },
      otherSources: [{ reference: 'Condition/primary-cancer-condition-nsclc' }],
    });
    expect(facts.pathologicStage).toBeUndefined();
    expect(facts.nodes).toMatchObject([{ category: 'N3', kind: 'clinical', on: '2019-04-01' }]);
    // Cisplatin was ordered (an RxNorm product, no ingredient): not of the set, and never counted as given.
    expect(facts.platinum).toMatchObject({ dosesOn: [], undated: [] });
    expect(facts.consent).toMatchObject({ status: 'unknown', reason: 'not-recorded' });
  });

  it("mCODE's breast patient: a pathologic IIB by the 8th edition, pN0, another malignancy than the lung's", () => {
    const facts = factsOf(ofPatient('cancer-patient-jenny-m'));
    expect(facts.lungCancer).toEqual([]);
    expect(facts.pathologicStage).toMatchObject({ group: 'IIB', on: '2018-04-05' });
    expect(facts.nodes.map(({ category, kind }) => `${kind} ${category}`)).toEqual([
      'clinical N0',
      'pathologic N0',
    ]);
    expect(facts.otherMalignancies.map(({ source }) => source.reference)).toContain(
      'Condition/primary-cancer-condition-jenny-m',
    );
    expect(facts.surgery).toBeUndefined();
  });

  const synthea = path.join(data, 'fhir/synthea-lung');
  it.each(readdirSync(synthea).filter((name) => name.endsWith('.json')))('Synthea, %s', (name) => {
    const resources = entries(readJson(path.join(synthea, name)));
    const facts = factsOf(resources);
    expect(facts.lungCancer.length).toBeGreaterThan(0);
    // A neoplasm in situ of the prostate is no malignancy, and no CT is in the imaging.
    expect([facts.otherMalignancies, facts.ctStudies, facts.samples]).toEqual([[], [], []]);
    expect(facts.contrast.creatinine).toMatchObject({ status: 'known' });
    const care = careFacts({ encounters: resources }, 'UTC');
    expect(care.encounters.length).toBeGreaterThan(50);
    for (const { startedOn, endedOn } of care.encounters) expect(startedOn! <= endedOn!).toBe(true);
  });

  it.each(['mcode-4.0.0', 'us-core-6.1.0', 'genomics-reporting-3.0.0'])(
    'every example of %s is told',
    (guide) => {
      const folder = readFolder(path.join(data, 'fhir', guide, 'examples'));
      const resources = folder.flatMap((each) =>
        each['resourceType'] === 'Bundle' ? entries(each) : [each],
      );
      const all = [{ resourceType: 'Patient', id: 'x' }, ...resources];
      expect(JSON.stringify(factsOf(all))).toContain('lungCancer');
      const care = careFacts({ documents: resources }, 'UTC');
      for (const { attachments } of care.documents) expect(attachments.length).toBeGreaterThan(0);
      if (guide === 'us-core-6.1.0')
        expect([care.encounters.length, care.carePlans.length, care.serviceRequests.length]).toEqual([
          3, 1, 3,
        ]);
    },
  );
});
