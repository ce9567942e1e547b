/**
 * Our tests' validator says of the examples what HL7's own says (org.hl7.fhir.validation 6.7.9 in HAPI FHIR 8.8.0).
 * fixtures/ProfileVerdicts.java made fixtures/profiles.json; each verdict names the file's content that it is of.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FhirResource } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { readInvalidExamples } from '../../scripts/profiles-invalid.ts';
import { INVALID_EXAMPLES } from '../../scripts/profiles.ts';
import { allDefinitions, PROFILES_FOLDER } from '../support/fhir-definitions.ts';
import { createFhirValidator, type FhirValidator } from '../support/fhir-validator.ts';
import fixture from './fixtures/profiles.json' with { type: 'json' };

/** With no server to resolve references with, HL7's validator passes over their targets; ours reads the type. */
const TARGETS_ONLY = [
  'medication-of-a-group',
  'panel-of-markers',
  'tumour-fraction-of-a-location',
  'provenance-by-person',
  'provenance-of-an-observation',
  'risk-by-practitioner',
  'risk-for-a-group',
];
/** A slice of US Core, told by a ValueSet that is in no npm package: HL7's validator counts it as missing. */
const NEEDS_US_CORE = 'condition-example';

interface Judged {
  readonly id: string;
  readonly resource: FhirResource & { readonly id: string };
  readonly theirs: readonly string[];
}

/** Examples as they were when they were judged. */
const judged = Object.entries(fixture).flatMap(([name, { sha256, errors }]): Judged[] => {
  const text = readFileSync(path.join(PROFILES_FOLDER, 'examples', name), 'utf8');
  if (hash('sha256', text, 'hex') !== sha256) return [];
  const resource = JSON.parse(text) as Judged['resource'];
  return [{ id: resource.id, resource, theirs: errors }];
});
const around = judged.map(({ resource }) => resource).filter(({ id }) => id.endsWith('-example'));
const reasons = new Map(readInvalidExamples(INVALID_EXAMPLES).map(({ id, fails }) => [id, fails]));

let validator: FhirValidator;
beforeAll(() => {
  validator = createFhirValidator(allDefinitions());
});

const ourErrors = (resource: FhirResource): number =>
  validator.validate(resource, around).filter(({ severity }) => severity === 'error').length;

describe('verdicts on the examples', () => {
  it('are of examples as they are now, but for a tenth (else: ProfileVerdicts.java)', () => {
    expect(judged.length).toBeGreaterThan(0.9 * Object.keys(fixture).length);
  });

  it.each(judged.filter(({ id }) => ![...TARGETS_ONLY, NEEDS_US_CORE].includes(id)))(
    '$id: both find it valid, or both do not',
    ({ resource, theirs }) => {
      expect(ourErrors(resource) > 0).toBe(theirs.length > 0);
    },
  );

  it.each(judged.filter(({ id }) => reasons.has(id) && !TARGETS_ONLY.includes(id)))(
    '$id: HL7 names what the table says',
    ({ id, theirs }) => {
      const reason = reasons.get(id) ?? '';
      const [last = ''] = reason.split('.').slice(-1);
      expect(theirs.some((error) => error.includes(reason) || error.includes(last))).toBe(true);
    },
  );

  it('differ only where HL7 does not look, or looks for what is not there', () => {
    const theirsOnly = judged.filter(
      ({ resource, theirs }) => theirs.length > 0 && ourErrors(resource) === 0,
    );
    const oursOnly = judged.filter(({ resource, theirs }) => theirs.length === 0 && ourErrors(resource) > 0);
    expect(theirsOnly.map(({ id }) => id)).toEqual([NEEDS_US_CORE]);
    expect(oursOnly.map(({ id }) => id).sort()).toEqual([...TARGETS_ONLY].sort());
  });
});
