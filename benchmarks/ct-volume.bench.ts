import { volumeBenchmark } from './lib/ct-volumes.ts';

export const benchmark = volumeBenchmark('ct-volume', 'native', 1.3);
