import { afterAll } from 'vitest';
import { startHapi } from '../setup/hapi.ts';
import { reportSkipped } from '../setup/requires.ts';
import { describeFhirServer } from './contract.ts';
import { describeHapiDifferences } from './hapi-differences.ts';
import { openServer } from './server.ts';

const hapi = await startHapi(process.env['RECURRENCE_HAPI'] === '1');
afterAll(() => hapi.stop());

if (hapi.state.state === 'missing')
  reportSkipped('FHIR server contract: HAPI FHIR', 'HAPI FHIR', hapi.state.why);
else {
  const server = await openServer('HAPI FHIR', hapi.state.address);
  describeFhirServer(server);
  describeHapiDifferences(server);
}
