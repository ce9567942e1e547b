export { readDicom, readDicomHeader } from './read-dicom.ts';
