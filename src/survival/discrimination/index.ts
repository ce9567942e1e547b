export {
  type AucAtHorizon,
  type AucDifference,
  aucDifference,
  type AucOptions,
  cumulativeDynamicAuc,
  meanAuc,
} from './auc.ts';
export {
  type Concordance,
  type ConcordanceDifference,
  concordanceDifference,
  concordanceIndex,
  type ConcordanceOptions,
  unoConcordance,
} from './concordance.ts';
export { type TimeWeight } from './pairs.ts';
