export { createEncounterStartService } from './service.ts';
