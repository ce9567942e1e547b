import type { Random } from '../../numerics/index.ts';
import { IMAGING } from '../constants.ts';
import type { SimulatedPatient } from '../patient.ts';
import { PIXEL_MM, type Point, SLICE_MM } from './canvas.ts';

/** The patient's right is -1, as x grows to the left. */
export type Side = 'right' | 'left';
export const signOf = (side: Side): -1 | 1 => (side === 'right' ? -1 : 1);

/** A body as it was built: the same at every CT. mm; u counts from the first slice down. */
export interface Anatomy {
  readonly sex: 'male' | 'female';
  readonly heightCm: number;
  readonly weightKg: number;
  /** Height over 170 cm. */
  readonly scale: number;
  /** Half width and half depth of the chest's inside where it is widest. */
  readonly halfWidth: number;
  readonly halfDepth: number;
  /** From the apices to the lowest recess. */
  readonly lungHeight: number;
  readonly fat: number;
  readonly muscle: number;
  readonly heart: number;
  readonly trachea: number;
  /** From the recess up to the right dome. */
  readonly domeHeight: number;
  /** 0 in most, up to 1. */
  readonly emphysema: number;
  /** HU of parenchyma at the middle of the chest. */
  readonly lungHu: number;
  readonly slices: number;
  /** Where the tumour was; the chart codes an upper lobe. */
  readonly tumourSide: Side;
}

/** Above the apices. */
export const APEX_MM = 16;
const BELOW_MM = 26;

/** As the Condition of the chart has it: C34.11 or C34.12. */
export const tumourSideOf = (patient: SimulatedPatient): Side =>
  patient.random.fork('lobe side').uniform() < IMAGING.rightSideShare ? 'right' : 'left';

const normal = (random: Random, { mean, sd }: { readonly mean: number; readonly sd: number }): number =>
  mean + sd * Math.min(2.5, Math.max(-2.5, random.normal()));

export function drawAnatomy(patient: SimulatedPatient): Anatomy {
  const random = patient.random.fork('ct anatomy');
  const { bodies } = IMAGING;
  const body = bodies[patient.sex];
  const heightCm = Math.round(normal(random, body.heightCm));
  const massIndex = Math.exp(normal(random, bodies.logMassIndex));
  const scale = heightCm / 170;
  const fat = Math.max(5, body.fatMm * (massIndex / 23) ** 2.2 * Math.exp(0.12 * random.normal()));
  const lungHeight = scale * normal(random, body.lungHeightMm);
  const smoked = random.uniform() < bodies.emphysemaShare;
  return {
    sex: patient.sex,
    heightCm,
    weightKg: Math.round(massIndex * (heightCm / 100) ** 2),
    scale,
    halfWidth: Math.sqrt(scale) * normal(random, body.halfWidthMm),
    halfDepth: Math.sqrt(scale) * normal(random, body.halfDepthMm),
    lungHeight,
    fat: Math.min(28, fat),
    muscle: body.muscleMm * Math.exp(0.1 * random.normal()),
    heart: normal(random, bodies.heart),
    trachea: normal(random, body.tracheaMm),
    domeHeight: normal(random, bodies.domeHeightMm),
    emphysema: smoked ? random.uniform() : 0,
    lungHu: normal(random, bodies.lungHu),
    slices: Math.ceil((APEX_MM + lungHeight + BELOW_MM) / SLICE_MM),
    tumourSide: tumourSideOf(patient),
  };
}

/** How the chest stands at one CT: what breathing, and above all surgery, moved. */
export interface Pose {
  /** Mediastinum at the hilum, to the left. */
  readonly shift: number;
  /** Of each dome. */
  readonly domeRise: Readonly<Record<Side, number>>;
  /** Of each hilum. */
  readonly hilumRise: Readonly<Record<Side, number>>;
}

/** Everything that depends on u, in one place, so that structures fit into each other. */
export class Frame {
  readonly anatomy: Anatomy;
  readonly pose: Pose;
  /** The carina. */
  readonly carina: number;

  constructor(anatomy: Anatomy, pose: Pose) {
    this.anatomy = anatomy;
    this.pose = pose;
    this.carina = APEX_MM + 88 * anatomy.scale;
  }

  /** 0 at the apices, 1 at the lowest recess. */
  depthShare(u: number): number {
    return (u - APEX_MM) / this.anatomy.lungHeight;
  }

  /** Half width of the chest's inside; 0 above the apices. */
  halfWidth(u: number): number {
    const t = this.depthShare(u);
    if (t <= 0) return 0;
    return this.anatomy.halfWidth * (1 - (1 - Math.min(1, t / 0.55)) ** 2.4) ** 0.6;
  }

  halfDepth(u: number): number {
    const t = this.depthShare(u);
    if (t <= 0) return 0;
    return this.anatomy.halfDepth * (1 - (1 - Math.min(1, t / 0.6)) ** 2.4) ** 0.5;
  }

  /** Middle of the chest's inside: further back at the apices. */
  middle(u: number): number {
    return 0.5 * (this.anatomy.halfDepth - this.halfDepth(u));
  }

  /** Centre of a vertebral body: the spine bends forward at the neck and the loin. */
  spine(u: number): number {
    return this.anatomy.halfDepth - 21 + 7 * Math.sin(Math.PI * Math.min(1, Math.max(0, this.depthShare(u))));
  }

  /** How far the mediastinum is moved at u. */
  shift(u: number): number {
    return this.pose.shift * Math.min(1, Math.max(0.25, 0.25 + (0.75 * (u - APEX_MM)) / 90));
  }

  /** A point of the mediastinum: x and u before any shift, u counted from the carina in units of scale. */
  at(x: number, y: number, belowCarina: number): Point {
    const u = this.carina + belowCarina * this.anatomy.scale;
    return [x * this.anatomy.scale + this.shift(u), y, u];
  }

  hilum(side: Side): Point {
    const [x, y, u] = this.at(signOf(side) * 40, 8, 26);
    return [x, y, u - this.pose.hilumRise[side]];
  }

  /** The diaphragm's highest point on a side. */
  dome(side: Side): number {
    const { lungHeight, domeHeight } = this.anatomy;
    const left = side === 'left' ? 11 : 0;
    return APEX_MM + lungHeight - domeHeight + left - this.pose.domeRise[side];
  }
}

/** Half of the circle that the scanner reconstructs. */
export const FIELD_RADIUS_MM = 63.5 * PIXEL_MM;
