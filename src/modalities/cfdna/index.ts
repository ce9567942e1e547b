export { createCfdna } from './cfdna.ts';
