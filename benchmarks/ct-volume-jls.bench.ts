import { volumeBenchmark } from './lib/ct-volumes.ts';

export const benchmark = volumeBenchmark('ct-volume-jls', 'JPEG-LS', 1.2);
