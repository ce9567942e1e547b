export * from './dicomweb/index.ts';
export * from './ehr/index.ts';
export * from './fhir-server/index.ts';
