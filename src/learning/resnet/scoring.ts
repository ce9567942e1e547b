import type { ResNetParameters, ResNetSpec } from './spec.ts';

export function buildScoringModel(
  _spec: ResNetSpec,
  _parameters: ResNetParameters,
  _standardisation: { readonly mean: number; readonly sd: number },
): Uint8Array {
  throw new Error('not yet');
}
