/** The modality over real files: simulated patients' charts and DICOM, as `simulate` writes them. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReading } from '../../../src/app/index.ts';
import type { Chart } from '../../../src/chart/index.ts';
import {
  addDays,
  DEFAULT_MODALITY_SETTINGS,
  type FloatTensor,
  type Landmark,
} from '../../../src/domain/index.ts';
import { landmarkAt, readCohort, type CohortPatient } from '../../../src/learning/pipeline/cohort.ts';
import { createFolderSource, type ImageSource, type Modality } from '../../../src/modalities/index.ts';
import { simulateCohort, writeCohort } from '../../../src/simulation/index.ts';
import { modality, NEVER, PROFILES } from '../support/reading.ts';

const reading = createReading({ terminology: [PROFILES] });
const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-radiomics-'));
const radiomics: Modality = modality('radiomics');
let patients: readonly CohortPatient[] = [];
let images: ImageSource;

beforeAll(async () => {
  await writeCohort(simulateCohort({ patients: 6, seed: 11 }), folder, { images: true });
  patients = (await readCohort(folder, reading)).patients;
  images = createFolderSource(path.join(folder, 'dicom'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Patients whose CTs are both usable six months after surgery, with that landmark. */
const withBoth = (): readonly { readonly chart: Chart; readonly landmark: Landmark }[] =>
  patients.flatMap((patient) => {
    const landmark = landmarkAt(patient, 6, reading.terminology);
    return radiomics.select(patient.chart, landmark).status === 'present'
      ? [{ chart: patient.chart, landmark }]
      : [];
  });

/** A cube of lungs and what lies round them. */
const expectLungs = ({ data, dims }: FloatTensor): void => {
  const n = DEFAULT_MODALITY_SETTINGS.imaging.tensor.sizeVoxels;
  expect(dims).toEqual([1, 1, n, n, n]);
  expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
  const mean = data.reduce((sum, value) => sum + value, 0) / n ** 3;
  expect(mean).toBeGreaterThan(0.1);
  expect(mean).toBeLessThan(0.6);
};

describe('the CTs of a patient', () => {
  it('become tensors in 0..1, finite features and a record of what was chosen and why', async () => {
    const all = withBoth();
    expect(all.length).toBeGreaterThan(2);
    for (const { chart, landmark } of all) {
      const extracted = await radiomics.extract(chart, landmark, { signal: NEVER, images });
      expect(Object.keys(extracted.features).sort()).toEqual([...radiomics.featureNames].sort());
      expect(Object.values(extracted.features).every(Number.isFinite)).toBe(true);
      expect(Object.keys(extracted.tensors ?? {})).toEqual(['baseline', 'postoperative']);
      Object.values(extracted.tensors ?? {}).forEach(expectLungs);
      expect(extracted.images?.map(({ role }) => role)).toEqual(['baseline', 'postoperative']);
      for (const source of extracted.images ?? []) {
        expect(source.sliceSpacingMm).toBeCloseTo(4, 3);
        expect(source.slices).toBeGreaterThan(60);
      }
      const of = (name: string): number => extracted.features[name] ?? Number.NaN;
      expect(of('change:lungMassG')).toBeCloseTo(of('postoperative:lungMassG') - of('baseline:lungMassG'), 6);
    }
  }, 120_000);

  it('are usable from the day after the second on, and never before', () => {
    for (const { chart, landmark } of withBoth()) {
      const selection = radiomics.select(chart, landmark);
      if (selection.status !== 'present') throw new Error('present before');
      const on = (date: string) => radiomics.select(chart, { ...landmark, date }).status;
      expect(on(selection.collectedOn)).toBe('absent');
      expect(on(addDays(selection.collectedOn, 1))).toBe('present');
    }
  });
});

describe('images that do not fit', () => {
  const [first, second] = [0, 1].map((at) => () => {
    const found = withBoth()[at];
    if (found === undefined) throw new Error('too few patients');
    return found;
  }) as [() => ReturnType<typeof withBoth>[number], () => ReturnType<typeof withBoth>[number]];
  const extract = ({ chart, landmark }: ReturnType<typeof first>, from: ImageSource) =>
    radiomics.extract(chart, landmark, { signal: NEVER, images: from });
  const studyOf = ({ chart, landmark }: ReturnType<typeof first>): string => {
    const selection = radiomics.select(chart, landmark);
    const reference = selection.evidence[0]?.reference;
    return chart.imaging.find(({ source }) => source.reference === reference)?.studyInstanceUid ?? '';
  };
  /** A copy of the images, changed. */
  const changed = (change: (root: string) => void): ImageSource => {
    const root = path.join(mkdtempSync(path.join(folder, 'copy-')), 'dicom');
    for (const each of [first(), second()])
      for (const { studyInstanceUid } of each.chart.imaging)
        if (studyInstanceUid !== undefined)
          cpSync(path.join(folder, 'dicom', studyInstanceUid), path.join(root, studyInstanceUid), {
            recursive: true,
          });
    change(root);
    return createFolderSource(root);
  };

  it("of another patient, under this one's study, are refused", async () => {
    const from = changed((root) => {
      const [mine, other] = [studyOf(first()), studyOf(second())];
      rmSync(path.join(root, mine), { recursive: true });
      cpSync(path.join(root, other), path.join(root, mine), { recursive: true });
    });
    await expect(extract(first(), from)).rejects.toMatchObject({ code: 'CT_IDENTITY_MISMATCH' });
  });

  it('of a patient whom the archive knows by another name are refused, unless the site says that this is so', async () => {
    const { chart, landmark } = first();
    const renamed = {
      chart: { ...chart, patient: { ...chart.patient, id: 'other', identifiers: ['9'] } },
      landmark,
    };
    await expect(extract(renamed, images)).rejects.toMatchObject({
      code: 'CT_IDENTITY_MISMATCH',
      detail: 'PatientID',
    });
    const known = await extract(renamed, { ...images, patientIdentity: 'study-uid' });
    expect(known.images).toHaveLength(2);
  });

  it('with slices missing in the middle are refused', async () => {
    const from = changed((root) => {
      for (const series of readdirSync(path.join(root, studyOf(first())))) {
        const own = path.join(root, studyOf(first()), series);
        const files = readdirSync(own);
        if (files.length > 40) for (const at of [30, 31]) rmSync(path.join(own, `${String(at)}.dcm`));
      }
    });
    const { chart, landmark } = first();
    const counted = chart.imaging.some(({ series }) => series.length > 0);
    // A chart that counts the images knows at once; of one that does not, the gap tells.
    await expect(extract(first(), from)).rejects.toMatchObject({
      code: counted ? 'CT_NO_SERIES' : 'CT_SLICES_MISSING',
    });
    const uncounted = { ...chart, imaging: chart.imaging.map((study) => ({ ...study, series: [] })) };
    await expect(extract({ chart: uncounted, landmark }, from)).rejects.toMatchObject({
      code: 'CT_SLICES_MISSING',
    });
  });

  it('that are not there, or not to be read, are told', async () => {
    const gone = changed((root) => {
      rmSync(path.join(root, studyOf(first())), { recursive: true });
    });
    await expect(extract(first(), gone)).rejects.toMatchObject({ code: 'PACS_NOT_FOUND' });
    const { chart, landmark } = first();
    await expect(radiomics.extract(chart, landmark, { signal: NEVER })).rejects.toMatchObject({
      code: 'PACS_NOT_FOUND',
    });
  });

  it('are not waited for when nobody does any more', async () => {
    const ended = new AbortController();
    const { chart, landmark } = first();
    const reading = radiomics.extract(chart, landmark, { signal: ended.signal, images });
    setTimeout(() => {
      ended.abort(new Error('the visit is over'));
    }, 60);
    await expect(reading).rejects.toThrow();
  });
});
