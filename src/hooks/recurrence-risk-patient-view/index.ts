export { createPatientViewService } from './service.ts';
