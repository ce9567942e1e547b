import { describeFhirServer } from './contract.ts';
import { checkMayWrite, openServer } from './server.ts';
import { reportSkipped } from '../setup/requires.ts';

const env = process.env;
const baseUrl = env['FHIR_BASE_URL'] ?? '';
if (baseUrl === '') reportSkipped('FHIR server contract: a given server', 'FHIR_BASE_URL', 'it is not set');
else {
  checkMayWrite(baseUrl, env['RECURRENCE_FHIR_SERVER_WRITE'] === 'yes');
  describeFhirServer(await openServer(baseUrl, baseUrl, env['FHIR_BEARER_TOKEN']));
}
