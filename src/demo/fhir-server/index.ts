export { createFhirServer } from './server.ts';
export type { FhirServer, FhirServerOptions } from './server.ts';
export type { Faults } from './faults.ts';
