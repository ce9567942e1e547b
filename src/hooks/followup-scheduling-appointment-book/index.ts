export { createAppointmentBookService } from './service.ts';
