export { createDicomWebSource, type DicomWebOptions, type DicomWebSource } from './source.ts';
