import { volumeBenchmark } from './lib/ct-volumes.ts';

export const benchmark = volumeBenchmark('ct-volume-jpll', 'JPEG-Lossless', 1.2);
