import { createCfdna } from './cfdna/index.ts';
import type { Modality, ModalityDependencies, ModalityFactory } from './common/index.ts';
import { createMetabolomics } from './metabolomics/index.ts';
import { createRadiomics } from './radiomics/index.ts';

export { createDicomWebSource, createFolderSource, type DicomWebSource } from './radiomics/index.ts';

export type {
  ExtractContext,
  Extracted,
  FetchedSeries,
  ImageSource,
  Modality,
  ModalityDependencies,
  SeriesDetails,
  SeriesInfo,
  StudyAddress,
} from './common/index.ts';

/** The registry, in MODALITY_IDS order: a new modality is one folder and one line here. */
const FACTORIES: readonly ModalityFactory[] = [createMetabolomics, createRadiomics, createCfdna];

export const createModalities = (dependencies: ModalityDependencies): readonly Modality[] =>
  FACTORIES.map((create) => create(dependencies));
