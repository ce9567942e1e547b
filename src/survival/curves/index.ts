export { kaplanMeier, type KaplanMeierCurve } from './kaplan-meier.ts';
