import type { Random } from '../../numerics/index.ts';
import { IMAGING } from '../constants.ts';
import type { SimulatedPatient } from '../patient.ts';
import { paintAbdomen } from './abdomen.ts';
import { type Anatomy, drawAnatomy, Frame, type Pose, type Side } from './anatomy.ts';
import { paintBody, paintBones, paintInside } from './body.ts';
import { blankCanvas, type Canvas } from './canvas.ts';
import { paintBed, paintClips, paintNodules, paintPreoperative } from './disease.ts';
import { type CtName, postoperativeCtDay, postoperativeFindings, preoperativeFindings } from './findings.ts';
import { paintBronchi, paintVessels, textureLungs } from './lungs.ts';
import { paintAirways, paintMediastinum } from './mediastinum.ts';
import { paintTable, scan } from './scan.ts';
import { CONTRAST_HU, HU } from './tissue.ts';

const normal = (random: Random, { mean, sd }: { readonly mean: number; readonly sd: number }): number =>
  Math.max(0, mean + sd * random.normal());

const AT_REST: Pose = { shift: 0, domeRise: { right: 0, left: 0 }, hilumRise: { right: 0, left: 0 } };

/** Breathing in differs from CT to CT; surgery moves the rest. */
function poseOf(patient: SimulatedPatient, anatomy: Anatomy, name: CtName): Pose {
  const random = patient.random.fork(`ct ${name} pose`);
  const breath = 5 * random.normal();
  const side = anatomy.tumourSide;
  const domeRise = { right: breath, left: breath };
  if (name === 'preoperative') return { ...AT_REST, domeRise };
  const moved = patient.operation === 'lobectomy' ? IMAGING.afterLobectomy : IMAGING.afterPneumonectomy;
  const hilumRise = { right: 0, left: 0, [side]: normal(random, moved.hilumRise) };
  const towards = side === 'right' ? -1 : 1;
  domeRise[side] += normal(random, moved.domeRise);
  return { shift: towards * normal(random, moved.shift), domeRise, hilumRise };
}

const SIDES: readonly Side[] = ['right', 'left'];

function paintLungs(
  canvas: Canvas,
  frame: Frame,
  random: Random,
  sides: readonly Side[],
  taken: Side | undefined,
): void {
  for (const side of sides) {
    const share = side === taken ? 0.72 : 1;
    paintVessels(canvas, frame, side, share, random.fork(`vessels ${side}`));
    paintBronchi(canvas, frame, side, random.fork(`bronchi ${side}`));
  }
}

/** Whether contrast was given; never to the allergic. */
export const isEnhanced = (patient: SimulatedPatient, name: CtName): boolean =>
  !patient.care.contrastAllergy &&
  patient.random.fork(`ct ${name} contrast`).uniform() < IMAGING.contrastShare;

/** One CT: HU by slice from the head down, {@link OUTSIDE} outside of the field of view. */
export interface Phantom {
  readonly hu: Int16Array;
  readonly slices: number;
  readonly anatomy: Anatomy;
}

/**
 * The chest of a patient at one of the two CTs. The body and its vessels are the same both times; the disease follows the
 * burden (findings.ts), and after surgery the upper lobe, or the lung, is missing.
 */
export function makePhantom(patient: SimulatedPatient, name: CtName): Phantom {
  const anatomy = drawAnatomy(patient);
  const frame = new Frame(anatomy, poseOf(patient, anatomy, name));
  const canvas = blankCanvas(anatomy.slices, HU.air);
  const random = patient.random.fork('ct body');
  const own = patient.random.fork(`ct ${name} image`);
  const contrast = CONTRAST_HU[isEnhanced(patient, name) ? 'enhanced' : 'native'];
  paintBody(canvas, frame);
  paintTable(canvas, anatomy.halfDepth + 11 + anatomy.muscle + anatomy.fat + 6);
  paintInside(canvas, frame, anatomy.lungHu);
  paintMediastinum(canvas, frame, contrast);
  paintAbdomen(canvas, frame, contrast);
  paintBones(canvas, frame, random.fork('bones'));
  const side = anatomy.tumourSide;
  if (name === 'preoperative') {
    paintLungs(canvas, frame, random, SIDES, undefined);
    paintPreoperative(canvas, frame, preoperativeFindings(patient), contrast, own);
    paintAirways(canvas, frame);
  } else {
    const lungTaken = patient.operation === 'pneumonectomy';
    const findings = postoperativeFindings(patient, postoperativeCtDay(patient) ?? 0);
    paintBed(canvas, frame, findings, lungTaken, own);
    paintLungs(canvas, frame, random, lungTaken ? SIDES.filter((each) => each !== side) : SIDES, side);
    paintNodules(canvas, frame, findings.nodulesMm, own.fork('nodules'));
    paintClips(canvas, frame, own.fork('clips'));
    paintAirways(canvas, frame, lungTaken ? side : undefined);
  }
  textureLungs(canvas, frame, own.fork('texture'));
  const hu = scan(canvas, IMAGING.noiseSd[patient.site.id], own.fork('noise'));
  return { hu, slices: anatomy.slices, anatomy };
}
