export {
  censoringSurvival,
  censoringSurvivalAt,
  censoringSurvivalBefore,
  censoringWeights,
  type CensoringOptions,
  type CensoringSurvival,
} from './censoring.ts';
export { kaplanMeier, type KaplanMeierCurve } from './kaplan-meier.ts';
