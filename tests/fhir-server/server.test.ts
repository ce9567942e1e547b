import { describe, expect, it } from 'vitest';
import {
  checkMayWrite,
  interaction,
  lacking,
  operation,
  searchParameter,
  type FhirServerUnderTest,
} from './server.ts';

describe('which servers are written to', () => {
  it.each(['http://127.0.0.1:8080/fhir', 'http://localhost/fhir', 'http://[::1]:8080/fhir'])(
    '%s is this machine',
    (url) => {
      expect(() => {
        checkMayWrite(url, false);
      }).not.toThrow();
    },
  );

  it.each([
    'https://fhir.hospital.example/r4',
    'http://127.0.0.1.example/fhir',
    'http://user@10.0.0.1/fhir',
    'http://localhost.example:8080/fhir',
  ])('%s is not, and is written to only by leave', (url) => {
    expect(() => {
      checkMayWrite(url, false);
    }).toThrow(/RECURRENCE_FHIR_SERVER_WRITE=yes/);
    expect(() => {
      checkMayWrite(url, true);
    }).not.toThrow();
  });
});

describe('what a server states', () => {
  const server = {
    capability: {
      rest: [
        {
          operation: [{ name: 'export' }],
          resource: [
            { type: 'Group', interaction: [{ code: 'read' }], searchParam: [{ name: 'member' }] },
            { type: 'Patient', operation: [{ name: 'everything' }] },
          ],
        },
      ],
    },
  } as unknown as FhirServerUnderTest;

  it('what is there is not lacking, what is not is named', () => {
    const needs = [
      interaction('Group', 'read'),
      interaction('Group', 'update'),
      interaction('Device', 'read'),
      searchParameter('Group', 'member'),
      searchParameter('Group', 'code'),
      operation('Group', 'export'),
      operation('Patient', 'everything'),
      operation('Group', 'everything'),
    ];
    expect(lacking(server, needs)).toEqual([
      'Group update',
      'Device read',
      'Group?code=',
      'Group $everything',
    ]);
  });

  it('a statement without rest lacks everything', () => {
    const silent = { capability: {} } as unknown as FhirServerUnderTest;
    expect(lacking(silent, [interaction('Patient', 'read'), operation('Group', 'export')])).toHaveLength(2);
  });
});
