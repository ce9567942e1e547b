import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Condition, FhirResource, Observation } from 'fhir/r4.js';
import { expect, it } from 'vitest';
import { describeWithData } from '../setup/requires.ts';
import { allDefinitions } from '../support/fhir-definitions.ts';
import { createFhirValidator } from '../support/fhir-validator.ts';

describeWithData('examples that HL7 publishes', (folder) => {
  const validator = createFhirValidator(allDefinitions());
  const readAll = (guide: string): FhirResource[] => {
    const examples = path.join(folder, 'fhir', guide, 'examples');
    return readdirSync(examples)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => JSON.parse(readFileSync(path.join(examples, name), 'utf8')) as FhirResource);
  };

  // US Core's own profiles are in no npm package: the few examples that claim one are judged by the others.
  const errorsIn = (resource: FhirResource, around: readonly FhirResource[]): string[] =>
    validator
      .validate(resource, around)
      .filter(
        ({ severity, message }) => severity === 'error' && !/us-core-[a-z-]+ is not known/.test(message),
      )
      .map(({ at, message }) => `${resource.id ?? ''}: ${at} ${message}`);

  it.each([
    ['mcode-4.0.0', 147],
    ['genomics-reporting-3.0.0', 186],
  ])('%s: no error in any of them (%i)', (guide, count) => {
    const examples = readAll(guide);
    expect(examples).toHaveLength(count);
    expect(examples.flatMap((resource) => errorsIn(resource, examples))).toEqual([]);
  });

  it('mCODE, with one thing wrong', () => {
    const examples = readAll('mcode-4.0.0');
    const cancer = examples.find(({ id }) => id === 'primary-cancer-condition-nsclc') as Condition;
    const { code: _code, ...uncoded } = cancer;
    expect(errorsIn(uncoded as Condition, examples)).toEqual([
      `${cancer.id ?? ''}: Condition.code 0 of at least 1`,
    ]);
    const status = examples.find(({ id }) => id === 'cancer-disease-status-improved') as Observation;
    const ofGroup: Observation = { ...status, subject: { reference: 'Group/cohort' } };
    expect(errorsIn(ofGroup, examples).join()).toContain('Observation.subject refers to none of');
    const notThere: Condition = { ...cancer, clinicalStatus: { coding: [{ code: 'cured' }] } };
    expect(errorsIn(notThere, examples).join()).toContain('Condition.clinicalStatus is not in the ValueSet');
  });
});
