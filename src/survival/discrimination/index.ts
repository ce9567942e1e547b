export { type Concordance, concordanceIndex } from './concordance.ts';
