import { afterAll } from 'vitest';
import { startHapi } from '../setup/hapi.ts';
import { reportSkipped } from '../setup/requires.ts';
import { describeFhirServer } from './contract.ts';
import { openServer } from './server.ts';

const hapi = await startHapi(process.env['RECURRENCE_HAPI'] === '1');
afterAll(() => hapi.stop());

const TITLE = 'FHIR server contract: HAPI FHIR';
if (hapi.state.state === 'missing') reportSkipped(TITLE, 'HAPI FHIR', hapi.state.why);
else describeFhirServer(await openServer('HAPI FHIR', hapi.state.address));
