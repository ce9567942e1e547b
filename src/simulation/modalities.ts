import { cfdnaSimulator } from './cfdna.ts';
import { metabolomicsSimulator } from './metabolomics.ts';
import type { ModalitySimulator } from './modality-simulator.ts';
import { radiomicsSimulator } from './radiomics.ts';

/** The registry: a new modality is a file and a line here. */
export const MODALITY_SIMULATORS: readonly ModalitySimulator[] = [
  metabolomicsSimulator,
  radiomicsSimulator,
  cfdnaSimulator,
];
