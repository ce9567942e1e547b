/** The published example charts (Synthea, mCODE) against the running service: DESIGN's "not for everyone". */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, FhirResource, Patient } from 'fhir/r4.js';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithData } from '../setup/requires.ts';
import { hookRequest, SERVICE_PATH, startStack, type Stack } from './running-service.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describeWithData('published example charts', (folder) => {
  let silent: Stack;
  let explaining: Stack;
  const syntheaIds: string[] = [];
  const MCODE = 'cancer-patient-john-anyperson';

  const loadInto = async (stack: Stack) => {
    const synthea = path.join(folder, 'fhir/synthea-lung');
    for (const name of readdirSync(synthea).filter((each) => each.endsWith('.json'))) {
      const bundle = read(path.join(synthea, name)) as Bundle;
      const answer = await fetch(stack.fhirBaseUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify(bundle),
      });
      expect(answer.status).toBe(200);
    }
    const all = (await (await fetch(`${stack.fhirBaseUrl}/Patient?_count=100`)).json()) as Bundle<Patient>;
    const ids = (all.entry ?? []).map((entry) => entry.resource?.id ?? '');
    const added = ids.filter((id) => !id.startsWith('demo-'));
    const examples = path.join(folder, 'fhir/mcode-4.0.0/examples');
    const mcode = readdirSync(examples).map((name) => read(path.join(examples, name)) as FhirResource);
    // The examples hold everything of this patient but the Patient.
    const john: Patient = { resourceType: 'Patient', id: MCODE, gender: 'male', birthDate: '1955-09-16' };
    await stack.load([john, ...mcode]);
    return added;
  };

  beforeAll(async () => {
    silent = await startStack();
    explaining = await startStack({ hook: { explainOutOfScope: true } });
    syntheaIds.push(...(await loadInto(silent)));
    // The server gives new ids: the second copy has its own.
    syntheaIds.push(...(await loadInto(explaining)));
  });
  afterAll(async () => {
    await silent.close();
    await explaining.close();
  });

  const cards = async (stack: Stack, patientId: string) => {
    const { body, status } = await request(stack.service.url)
      .post(SERVICE_PATH)
      .send(hookRequest(patientId, stack.fhirBaseUrl));
    expect(status).toBe(200);
    return body.cards as { summary: string; detail: string }[];
  };

  it('Synthea: lung cancer without a resection is out of scope: silence', async () => {
    expect(syntheaIds).toHaveLength(4);
    for (const id of syntheaIds.slice(0, 2)) expect(await cards(silent, id)).toEqual([]);
  });

  it('Synthea, explained: the reason is the missing resection, and only that', async () => {
    for (const id of syntheaIds.slice(2)) {
      const [card] = await cards(explaining, id);
      expect(card!.summary).toMatch(/resection/);
      expect(card!.summary).not.toMatch(/no lung cancer/i);
      expect(card!.detail).not.toMatch(/\d ?%/);
    }
  });

  it('mCODE: NSCLC with a partial lobectomy is in scope, and the card names the criteria that fail', async () => {
    for (const stack of [silent, explaining]) {
      const [card, ...others] = await cards(stack, MCODE);
      expect(others).toEqual([]);
      expect(card!.summary).toMatch(/Stage/);
      expect(card!.detail).toMatch(/Stage.*not met.*IIIC/);
      expect(`${card!.summary} ${card!.detail}`).not.toMatch(/\d ?%/);
    }
  });
});
