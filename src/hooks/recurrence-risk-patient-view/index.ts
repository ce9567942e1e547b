export { createPatientViewService, type PatientViewDependencies } from './service.ts';
