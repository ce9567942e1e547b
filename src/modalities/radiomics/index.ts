import { CdsError } from '../../domain/index.ts';
import type { Modality, ModalityFactory } from '../common/index.ts';

/** CT: there is no way from the PACS to a score yet, and it says so; nothing stands in for it. */
export const createRadiomics: ModalityFactory = (): Modality => ({
  id: 'radiomics',
  queries: [],
  preprocessing: 'radiomics/0',
  featureNames: [],
  select: () => ({ status: 'absent', reason: 'no-model', evidence: [] }),
  extract: () => Promise.reject(new CdsError('MODEL_MISSING', 'radiomics')),
});
