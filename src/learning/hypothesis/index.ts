export { adjustBenjaminiHochberg, adjustBenjaminiYekutieli, adjustBonferroni, adjustHolm } from './adjust.ts';
export type { Alternative } from './input.ts';
export {
  dunnComparisons,
  type DunnComparison,
  kruskalWallisTest,
  type KruskalWallisTest,
} from './kruskal-wallis.ts';
export { rankSumTest, type RankSumOptions, type RankSumTest } from './rank-sum.ts';
export { rankSumColumns, type RankSumColumns } from './rank-sum-columns.ts';
export type { ShiftEstimate } from './shift.ts';
export { signedRankTest, type SignedRankOptions, type SignedRankTest } from './signed-rank.ts';
