/**
 * What recurrence-cds needs of a FHIR R4 server, as one suite for any of them: the embedded one, HAPI, a hospital's
 * test system. A case that rests on something a server need not have is skipped by the name of what is missing.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { describeCharts } from './chart.ts';
import { describeOffers } from './events.ts';
import { describeOwnOffers } from './new-data.ts';
import { writeResultByWriter } from './result-writer.ts';
import { describeResults, type WriteResult } from './results.ts';
import { createScope } from './scope.ts';
import { describeSearches } from './searches.ts';
import { interaction, lacking, type FhirServerUnderTest } from './server.ts';
import { describeWrites } from './writes.ts';
import { describeWrittenResults } from './written.ts';

/** The least: what is read of every chart, and the result that goes back. */
const READ = [
  'Patient',
  'Condition',
  'Procedure',
  'MedicationAdministration',
  'Observation',
  'DiagnosticReport',
];
const WRITTEN = ['RiskAssessment', 'Provenance', 'Device'];

/** Registers the suite. The server is there already: which cases are skipped depends on what it states. */
export function describeFhirServer(
  server: FhirServerUnderTest,
  writeResult: WriteResult = writeResultByWriter,
): void {
  const scope = createScope(server);

  describe(`FHIR server contract: ${server.name}`, () => {
    it('states R4, JSON, and the interactions nothing works without', () => {
      expect(server.capability.fhirVersion).toMatch(/^4\.0\.\d$/);
      expect(server.capability.format.some((each) => each.includes('json'))).toBe(true);
      const needs = [
        ...READ.flatMap((type) => [interaction(type, 'read'), interaction(type, 'search-type')]),
        ...WRITTEN.map((type) => interaction(type, 'update')),
      ];
      expect(lacking(server, needs)).toEqual([]);
    });

    describeWrites(scope);
    describeSearches(scope);
    describeCharts(scope);
    describeResults(scope, writeResult);
    describeWrittenResults(scope);
    describeOffers(scope);
    describeOwnOffers(scope);

    afterAll(async () => {
      const left = await scope.cleanUp();
      if (lacking(server, [interaction('Patient', 'delete')]).length === 0)
        expect(left, 'left on the server').toEqual([]);
      else if (left.length > 0)
        process.stderr.write(`${server.name} keeps what this run wrote: ${left.join(', ')}\n`);
    }, 120_000);
  });
}
