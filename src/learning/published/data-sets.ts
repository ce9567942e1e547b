import type { PublishedDataSet } from './data-set.ts';

const ST000369: PublishedDataSet = {
  id: 'st000369',
  title: 'Serum and plasma metabolomics of lung adenocarcinoma (Fahrmann et al. 2015)',
  source:
    'Metabolomics Workbench study ST000369, doi:10.21228/M85P57; the workbook ST000369.xlsx of ' +
    'https://github.com/CIMCB/MetabComparisonBinaryML (notebooks/data) and the published split belong into ' +
    '$RECURRENCE_DATA/omics/metabolomics_cimcb',
  evaluate: async (...given) => (await import('./st000369.ts')).evaluateSt000369(...given),
};

/** Published data sets that this software is held against. What evaluates one is loaded when it is asked to. */
export const PUBLISHED_DATA_SETS: readonly PublishedDataSet[] = [ST000369];
