export { createOrderSelectService } from './service.ts';
