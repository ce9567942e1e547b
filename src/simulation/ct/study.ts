import type { SimulatedPatient } from '../patient.ts';
import { GEOMETRY, imageAttributes, paddingOf, seriesAttributes, studyAttributes } from './attributes.ts';
import { MATRIX, mmAt, SLICE_MM, SLICE_PIXELS } from './canvas.ts';
import { doseReport } from './dose-report.ts';
import { makePhantom, type Phantom } from './phantom.ts';
import {
  CORONAL_STEP,
  type CtSeriesKind,
  type CtSeriesPlan,
  type CtStudyPlan,
  THICK_SLICES,
} from './plan.ts';
import { OUTSIDE } from './scan.ts';
import { type Scanner, scannerOf, TRANSFER_SYNTAX } from './scanners.ts';
import { SeriesFiles, writeDataSet } from './series-files.ts';
import { evenUid } from './uid.ts';

/** One Part 10 file of a study. */
export interface CtFile {
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly instanceNumber: number;
  readonly transferSyntaxUid: string;
  readonly bytes: Uint8Array;
}

/** A frame and where its first pixel lies. */
interface Frame {
  readonly hu: Int16Array;
  readonly position: readonly [number, number, number];
}

type ImageKind = Exclude<CtSeriesKind, 'dose-report'>;

/** Mean HU over slices, outside where all are. */
function meanSlice({ hu }: Phantom, first: number, count: number): Int16Array {
  const mean = new Int16Array(SLICE_PIXELS);
  for (let pixel = 0; pixel < SLICE_PIXELS; pixel++) {
    let sum = 0;
    for (let slice = first; slice < first + count; slice++) sum += hu[slice * SLICE_PIXELS + pixel] ?? 0;
    mean[pixel] = Math.round(sum / count);
  }
  return mean;
}

function coronal({ hu, slices }: Phantom, row: number): Int16Array {
  const plane = new Int16Array(slices * MATRIX);
  for (let slice = 0; slice < slices; slice++) {
    const start = slice * SLICE_PIXELS + row * MATRIX;
    plane.set(hu.subarray(start, start + MATRIX), slice * MATRIX);
  }
  return plane;
}

/** How much tissue lies before and behind each other, stretched over the range of HU. */
function projection({ hu, slices }: Phantom): Int16Array {
  const plane = new Int16Array(slices * MATRIX);
  for (let slice = 0; slice < slices; slice++)
    for (let column = 0; column < MATRIX; column++) {
      let sum = 0;
      for (let row = 0; row < MATRIX; row++) {
        const value = hu[slice * SLICE_PIXELS + row * MATRIX + column] ?? OUTSIDE;
        if (value > -1000) sum += value + 1000;
      }
      plane[slice * MATRIX + column] = Math.min(3000, Math.round(sum / 40) - 1000);
    }
  return plane;
}

const FIRST_MM = mmAt(0);

/** The frames of a series in the order of InstanceNumber. */
function* framesOf(kind: ImageKind, phantom: Phantom, top: number, footFirst: boolean): Generator<Frame> {
  if (kind === 'localizer') {
    yield { hu: projection(phantom), position: [FIRST_MM, 0, top] };
    return;
  }
  if (kind === 'coronal') {
    for (let row = 0; row < MATRIX; row += CORONAL_STEP)
      yield { hu: coronal(phantom, row), position: [FIRST_MM, mmAt(row), top] };
    return;
  }
  const thick = kind === 'thick' ? THICK_SLICES : 1;
  const count = Math.floor(phantom.slices / thick);
  for (let index = 0; index < count; index++) {
    const first = thick * (footFirst ? count - 1 - index : index);
    const z = top - SLICE_MM * (first + (thick - 1) / 2);
    const hu =
      thick === 1
        ? phantom.hu.subarray(first * SLICE_PIXELS, (first + 1) * SLICE_PIXELS)
        : meanSlice(phantom, first, thick);
    yield { hu, position: [FIRST_MM, FIRST_MM, z] };
  }
}

const INTERCEPT = -1024;

/** Stored values, little endian. */
function storedBytes(hu: Int16Array, padding: number): Uint8Array {
  const stored = new Int16Array(hu.length);
  for (let i = 0; i < hu.length; i++) {
    const value = hu[i] ?? 0;
    stored[i] = value === OUTSIDE ? padding : value - INTERCEPT;
  }
  // Typed arrays are little endian on every machine that Node runs on.
  return new Uint8Array(stored.buffer);
}

/** HHMMSS.FFF, a tenth of a second an image from 09:31. */
const timeOf = (image: number): string => {
  const seconds = 60 + image * 0.1;
  const minutes = Math.floor(seconds / 60);
  return `09${String(30 + minutes).padStart(2, '0')}${(seconds % 60).toFixed(3).padStart(6, '0')}`;
};

interface Study {
  readonly patient: SimulatedPatient;
  readonly plan: CtStudyPlan;
  readonly scanner: Scanner;
  readonly transferSyntax: keyof typeof TRANSFER_SYNTAX;
}

function* imageFiles(
  { patient, plan, scanner, transferSyntax }: Study,
  phantom: Phantom,
  series: CtSeriesPlan & { readonly kind: ImageKind },
): Generator<CtFile> {
  const attributes = {
    ...studyAttributes(patient, plan, scanner, phantom.anatomy),
    ...seriesAttributes(plan, series),
    ...imageAttributes(plan, scanner, GEOMETRY[series.kind](phantom.slices)),
  };
  const files = new SeriesFiles(attributes, transferSyntax);
  const random = patient.random.fork(`ct ${plan.name} instances ${series.kind}`);
  // Where the table stood, in tenths of a millimetre.
  const top = patient.random.fork(`ct ${plan.name} table`).integer(4000) / 10 - 200;
  const padding = paddingOf(scanner);
  let instanceNumber = 0;
  for (const { hu, position } of framesOf(series.kind, phantom, top, scanner.footFirst)) {
    instanceNumber++;
    const sopInstanceUid = evenUid(random);
    const location = series.kind === 'coronal' ? position[1] : position[2];
    const image = {
      sopInstanceUid,
      instanceNumber,
      position,
      location,
      acquisitionTime: timeOf(instanceNumber),
    };
    yield {
      seriesInstanceUid: series.seriesInstanceUid,
      sopInstanceUid,
      instanceNumber,
      transferSyntaxUid: TRANSFER_SYNTAX[transferSyntax],
      bytes: files.file(image, storedBytes(hu, padding)),
    };
  }
}

const isImages = (series: CtSeriesPlan): series is CtSeriesPlan & { kind: ImageKind } =>
  series.kind !== 'dose-report';

/**
 * Makes the files of a study, one after the other: the same patient and plan give the same bytes. A CT of 75 slices takes
 * some 80 ms.
 *
 * @param only the series to make; all where absent
 * @param syntax of the images, another than the one in which the site stores them
 */
export function* ctFiles(
  patient: SimulatedPatient,
  plan: CtStudyPlan,
  { only, syntax }: { readonly only?: (series: CtSeriesPlan) => boolean; readonly syntax?: 'explicit' } = {},
): Generator<CtFile> {
  const scanner = scannerOf(patient.site);
  const study = { patient, plan, scanner, transferSyntax: syntax ?? scanner.transferSyntax };
  const phantom = makePhantom(patient, plan.name);
  for (const series of plan.series) {
    if (only?.(series) === false) continue;
    if (isImages(series)) yield* imageFiles(study, phantom, series);
    else {
      const sopInstanceUid = evenUid(patient.random.fork(`ct ${plan.name} dose report`));
      const attributes = {
        ...studyAttributes(patient, plan, scanner, phantom.anatomy),
        ...seriesAttributes(plan, series),
        ...doseReport(plan, scanner, sopInstanceUid),
      };
      yield {
        seriesInstanceUid: series.seriesInstanceUid,
        sopInstanceUid,
        instanceNumber: 1,
        transferSyntaxUid: TRANSFER_SYNTAX.explicit,
        bytes: writeDataSet(attributes),
      };
    }
  }
}
