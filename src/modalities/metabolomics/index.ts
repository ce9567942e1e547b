export { createMetabolomics } from './metabolomics.ts';
