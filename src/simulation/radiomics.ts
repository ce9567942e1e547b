import { chestCts } from './imaging.ts';
import { postoperativeCtDay, postoperativeFindings, preoperativeFindings } from './ct/findings.ts';
import type { ModalitySimulator } from './modality-simulator.ts';

/**
 * CT before surgery and after it. The images are no part of the chart: ct/study.ts makes them, from the same findings.
 */
export const radiomicsSimulator: ModalitySimulator = {
  id: 'radiomics',
  /**
   * Log tumour diameter and log short axis of the largest node before surgery; from the landmark on that follows the first
   * CT after it, also log volume of the bed, log volume of pleural fluid, log (1 + number of nodules).
   */
  signals: (patient, landmarkMonths) => {
    const { tumourMm, nodeMm } = preoperativeFindings(patient);
    const before = [Math.log(tumourMm), Math.log(nodeMm)];
    const day = postoperativeCtDay(patient);
    const visit = patient.visits.find(({ nominalMonths }) => nominalMonths === landmarkMonths);
    if (day === undefined || visit === undefined || day > visit.day) return before;
    const { bedMl, effusionMl, nodulesMm } = postoperativeFindings(patient, day);
    return [...before, Math.log(bedMl), Math.log(effusionMl), Math.log1p(nodulesMm.length)];
  },
  resources: (patient, observed) => chestCts(patient, observed),
};
