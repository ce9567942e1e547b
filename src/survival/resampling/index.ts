export { type Bootstrap, bootstrap, type BootstrapInput } from './bootstrap.ts';
export {
  type BootstrapInterval,
  bootstrapInterval,
  type BootstrapIntervalOptions,
  type BootstrapMethod,
  pairedBootstrap,
} from './intervals.ts';
export type { Resample, SamplingDesign } from './resample.ts';
