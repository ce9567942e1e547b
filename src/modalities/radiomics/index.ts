export { createDicomWebSource, type DicomWebOptions, type DicomWebSource } from './dicomweb/index.ts';
export { createFolderSource } from './folder/index.ts';
export { createRadiomics } from './radiomics.ts';
