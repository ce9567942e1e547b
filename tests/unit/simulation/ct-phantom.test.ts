/** What the images of a simulated patient show, measured on the images. */
import { describe, expect, it } from 'vitest';
import { DAYS_PER_MONTH } from '../../../src/domain/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { drawAnatomy, Frame } from '../../../src/simulation/ct/anatomy.ts';
import { paintBody, paintInside } from '../../../src/simulation/ct/body.ts';
import { blankCanvas, VOXEL_ML } from '../../../src/simulation/ct/canvas.ts';
import { paintBed } from '../../../src/simulation/ct/disease.ts';
import {
  postoperativeCtDay,
  postoperativeFindings,
  preoperativeFindings,
} from '../../../src/simulation/ct/findings.ts';
import { LUNG_BELOW_HU } from '../../../src/simulation/ct/lungs.ts';
import { makePhantom } from '../../../src/simulation/ct/phantom.ts';
import { HU } from '../../../src/simulation/ct/tissue.ts';
import { burdenAt } from '../../../src/simulation/latent.ts';
import type { SimulatedPatient } from '../../../src/simulation/patient.ts';
import { denser, HARDLY_ANY, lungMl, patients, rankCorrelation, withBurden } from './ct-patients.ts';

const AT_REST = { shift: 0, domeRise: { right: 0, left: 0 }, hilumRise: { right: 0, left: 0 } };
const findingsAfter = (patient: SimulatedPatient) =>
  postoperativeFindings(patient, postoperativeCtDay(patient)!);
const burdenAfter = (patient: SimulatedPatient): number =>
  burdenAt(patient.latent, postoperativeCtDay(patient)! / DAYS_PER_MONTH);
const sideOf = (patient: SimulatedPatient) => drawAnatomy(patient).tumourSide;
const lobectomies = patients(60).filter(({ operation }) => operation === 'lobectomy');
const pneumonectomies = patients(60).filter(({ operation }) => operation === 'pneumonectomy');

describe('the bed', () => {
  it.each(patients(6))('holds tissue and fluid of the volumes that were drawn: $id', (patient) => {
    const anatomy = drawAnatomy(patient);
    const frame = new Frame(anatomy, AT_REST);
    const canvas = blankCanvas(anatomy.slices, HU.air);
    paintBody(canvas, frame);
    paintInside(canvas, frame, anatomy.lungHu);
    const before = canvas.values.slice();
    const findings = { bedMl: 62, effusionMl: 240, nodulesMm: [] };
    paintBed(canvas, frame, findings, false, createRandom(1));
    const ml = (hu: number): number =>
      canvas.values.filter((value, voxel) => value === hu && (before[voxel] ?? 0) <= LUNG_BELOW_HU).length *
      VOXEL_ML;
    expect(Math.abs(ml(HU.scar) - findings.bedMl)).toBeLessThan(2 * VOXEL_ML);
    expect(Math.abs(ml(HU.fluid) - findings.effusionMl)).toBeLessThan(2 * VOXEL_ML);
  });
});

describe('the operation', () => {
  it('a lobe is missing on its side alone: a fifth of the lung, after the others have filled the room', () => {
    const shares = lobectomies.slice(0, 6).map((patient) => {
      const healthy = withBurden(patient, HARDLY_ANY);
      const [before, after] = [
        lungMl(makePhantom(healthy, 'preoperative')),
        lungMl(makePhantom(healthy, 'postoperative')),
      ];
      const side = sideOf(patient);
      const other = side === 'right' ? 'left' : 'right';
      expect(after[other] / before[other], patient.id).toBeGreaterThan(0.85);
      expect(after[side] / before[side], patient.id).toBeLessThan(0.92);
      return after[side] / before[side];
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(0.82);
  });

  it.each(pneumonectomies.slice(0, 3))('a lung is missing: $id', (patient) => {
    const [before, after] = [
      lungMl(makePhantom(patient, 'preoperative')),
      lungMl(makePhantom(patient, 'postoperative')),
    ];
    const side = sideOf(patient);
    const other = side === 'right' ? 'left' : 'right';
    // The mediastinum moves over: some of the other lung lies beyond the midline.
    expect(after[side] / before[side]).toBeLessThan(0.35);
    expect(after[other] / before[other]).toBeGreaterThan(0.5);
  });
});

describe('the burden', () => {
  it.each(patients(6))('shows as a tumour of its size on the side of the operation: $id', (patient) => {
    const seen = denser(
      makePhantom(withBurden(patient, HARDLY_ANY), 'preoperative'),
      makePhantom(withBurden(patient, 2), 'preoperative'),
    );
    expect(Math.sign(seen.offset)).toBe(sideOf(patient) === 'right' ? -1 : 1);
    const { tumourMm } = preoperativeFindings(withBurden(patient, 2));
    const ball = (Math.PI * tumourMm ** 3) / 6000;
    const least = (Math.PI * preoperativeFindings(withBurden(patient, HARDLY_ANY)).tumourMm ** 3) / 6000;
    // Lobes, strands and nodes add, and a tumour at the chest's wall ends there.
    expect(seen.ml).toBeGreaterThan(0.35 * (ball - least));
    expect(seen.ml).toBeLessThan(1.9 * ball + 6);
  });

  it('grows what the images after surgery hold, in every patient', () => {
    for (const patient of lobectomies.slice(0, 3)) {
      const none = makePhantom(withBurden(patient, HARDLY_ANY), 'postoperative');
      const ml = [-1, 1, 3].map(
        (burden) => denser(none, makePhantom(withBurden(patient, burden), 'postoperative')).ml,
      );
      expect(ml[1]!, patient.id).toBeGreaterThan(ml[0]!);
      expect(ml[2]!, patient.id).toBeGreaterThan(ml[1]!);
    }
  });

  it('shows over patients as the findings say: bed, fluid and nodules of 24, measured on their images', () => {
    const some = lobectomies.slice(0, 24);
    const measured = some.map((patient) => {
      const none = makePhantom(withBurden(patient, HARDLY_ANY), 'postoperative');
      return denser(none, makePhantom(patient, 'postoperative')).ml;
    });
    const drawn = some.map((patient) => {
      const { bedMl, effusionMl } = findingsAfter(patient);
      return bedMl + effusionMl;
    });
    expect(rankCorrelation(measured, drawn)).toBeGreaterThan(0.95);
    expect(rankCorrelation(measured, some.map(burdenAfter))).toBeGreaterThan(0.2);
  });

  it('correlates with the findings of 600 patients, and leaves most of their spread to chance', () => {
    const many = patients(600);
    const burden = many.map(burdenAfter);
    for (const volume of ['bedMl', 'effusionMl'] as const) {
      const correlation = rankCorrelation(
        many.map((patient) => findingsAfter(patient)[volume]),
        burden,
      );
      expect(correlation).toBeGreaterThan(0.3);
      expect(correlation).toBeLessThan(0.7);
    }
    const before = rankCorrelation(
      many.map((patient) => preoperativeFindings(patient).tumourMm),
      many.map(({ latent }) => latent.preoperative),
    );
    expect(before).toBeGreaterThan(0.2);
    expect(before).toBeLessThan(0.6);
  });
});
