import { afterAll } from 'vitest';
import { createFhirServer } from '../../src/demo/index.ts';
import { listen, LOOPBACK } from '../../src/platform/index.ts';
import { describeFhirServer } from './contract.ts';
import { openServer } from './server.ts';

const running = await listen(createFhirServer().app, LOOPBACK, 0);
afterAll(() => running.close());

describeFhirServer(await openServer('the embedded server', `${running.url}/fhir`));
