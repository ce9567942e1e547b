/** The files of simulated CTs: the same bytes each time, and what other readers of DICOM make of them. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePhantom } from '../../../src/simulation/ct/phantom.ts';
import { planCt } from '../../../src/simulation/ct/plan.ts';
import { encodeRle } from '../../../src/simulation/ct/rle.ts';
import { OUTSIDE } from '../../../src/simulation/ct/scan.ts';
import { SCANNERS } from '../../../src/simulation/ct/scanners.ts';
import { type CtFile, ctFiles } from '../../../src/simulation/ct/study.ts';
import { ctStudiesOf } from '../../../src/simulation/imaging.ts';
import { dicomJson, simulateCohort } from '../../../src/simulation/index.ts';
import type { SimulatedPatient } from '../../../src/simulation/patient.ts';
import { runPython } from '../../setup/python.ts';
import { describeWith } from '../../setup/requires.ts';
import { patients } from './ct-patients.ts';

const sha256 = (...bytes: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const each of bytes) hash.update(each);
  return hash.digest('hex');
};

const SITES = ['north', 'east', 'south', 'west'] as const;
const one = (site: (typeof SITES)[number]): SimulatedPatient =>
  patients(60).find((patient) => patient.site.id === site)!;
const DATE = '2025-02-03';
const filesOf = (patient: SimulatedPatient): CtFile[] => [
  ...ctFiles(patient, planCt(patient, 'postoperative', DATE)),
];

describe('the cohort', () => {
  it('draws everything else as it did before there were images', () => {
    const hash = createHash('sha256');
    let count = 0;
    for (const { resources } of simulateCohort({ patients: 20, seed: 7 }).charts)
      for (const resource of resources.filter(({ resourceType }) => resourceType !== 'ImagingStudy')) {
        hash.update(JSON.stringify(resource));
        count++;
      }
    // Of the generator without CTs, of 5,896 resources.
    expect(count).toBe(5896);
    expect(hash.digest('hex')).toBe('e0d2612a09e8da7db891ea24606cb26eb4a6a4dc0f1b7b8f8c761a81cb2306a4');
  });

  it('gives the same files for the same seed, and others for another', () => {
    const bytesOf = (seed: number): string => {
      const [study] = simulateCohort({ patients: 1, seed }).ctStudies;
      return sha256(...Array.from(study!.files, ({ bytes }) => bytes));
    };
    expect(bytesOf(7)).toBe(bytesOf(7));
    expect(bytesOf(8)).not.toBe(bytesOf(7));
  });
});

describe.each(SITES)('a CT of the site %s', (site) => {
  const patient = one(site);
  const plan = planCt(patient, 'postoperative', DATE);
  const files = filesOf(patient);
  const headers = files.map(({ bytes }) => dicomJson(bytes));
  const of = (tag: string): unknown[] => headers.map((header) => header[tag]?.Value?.[0]);

  it('has the series and images of its plan, each once', () => {
    expect(Map.groupBy(files, (file) => file.seriesInstanceUid).size).toBe(plan.series.length);
    for (const { seriesInstanceUid, instances } of plan.series)
      expect(files.filter((file) => file.seriesInstanceUid === seriesInstanceUid)).toHaveLength(instances);
    expect(new Set(files.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(files.length);
    expect(of('0020000D')).toEqual(files.map(() => plan.studyInstanceUid));
    expect(of('0020000E')).toEqual(files.map(({ seriesInstanceUid }) => seriesInstanceUid));
    expect(of('00080018')).toEqual(files.map(({ sopInstanceUid }) => sopInstanceUid));
    expect(of('00200013')).toEqual(files.map(({ instanceNumber }) => instanceNumber));
    expect(new Set(of('00100020'))).toEqual(new Set([patient.id]));
  });

  it('says in every file that it shows nobody', () => {
    expect(new Set(of('0008001C'))).toEqual(new Set(['YES']));
    expect(new Set(of('00080070'))).toEqual(new Set(['Simulated']));
  });

  it('has the same headers in explicit little endian', () => {
    const [study] = ctStudiesOf(patient).slice(-1);
    const explicit = [...study!.explicitFiles];
    expect(new Set(explicit.map(({ transferSyntaxUid }) => transferSyntaxUid))).toEqual(
      new Set(['1.2.840.10008.1.2.1']),
    );
    expect(explicit.map(({ bytes }) => dicomJson(bytes))).toEqual(
      Array.from(study!.files, ({ bytes }) => dicomJson(bytes)),
    );
  });
});

/** PS3.5 annex G, of one segment. */
function unpack(segment: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let [from, to] = [0, 0];
  while (to < length) {
    const count = segment[from++]!;
    if (count < 128) {
      out.set(segment.subarray(from, from + count + 1), to);
      from += count + 1;
      to += count + 1;
    } else if (count > 128) {
      out.fill(segment[from++]!, to, to + 257 - count);
      to += 257 - count;
    }
  }
  expect(to).toBe(length);
  return out;
}

describe('RLE', () => {
  it('gives back what was packed', () => {
    // Few values make runs; rows of 1 to 300 pixels cross the longest run and the longest literal.
    const frame = fc.integer({ min: 1, max: 300 }).chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        rows: fc.array(
          fc.array(fc.oneof(fc.constantFrom(0, 1, 257), fc.integer({ min: 0, max: 65_535 })), {
            minLength: columns,
            maxLength: columns,
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    );
    fc.assert(
      fc.property(frame, ({ columns, rows }) => {
        const pixels = new Uint8Array(Uint16Array.from(rows.flat()).buffer);
        const packed = encodeRle(pixels, columns);
        const header = new DataView(packed.buffer, packed.byteOffset, 64);
        expect(header.getUint32(0, true)).toBe(2);
        const [high, low] = [header.getUint32(4, true), header.getUint32(8, true)];
        expect([high, low % 2, packed.length % 2]).toEqual([64, 0, 0]);
        const length = pixels.length / 2;
        const [upper, lower] = [
          unpack(packed.subarray(high, low), length),
          unpack(packed.subarray(low), length),
        ];
        expect(pixels.filter((_, index) => index % 2 === 1)).toEqual(upper);
        expect(pixels.filter((_, index) => index % 2 === 0)).toEqual(lower);
      }),
      { numRuns: 300 },
    );
  });
});

interface Read {
  readonly warnings: string[];
  readonly syntax: string;
  /** Of the axial series by InstanceNumber: HU as int32. */
  readonly hu: string;
  readonly positions: number[][];
  readonly modalities: string[];
}

/** Warnings are caught, and each value is made anew as strictly as pydicom can: reading alone takes an odd time or date. */
const SCRIPT = `
import hashlib, warnings
import numpy as np, pydicom
from pydicom.dataelem import DataElement
strict = pydicom.config.RAISE
pydicom.config.settings.reading_validation_mode = strict
result = []
for site in d['sites']:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        names = sorted(os.listdir(site))
        sets = [pydicom.dcmread(os.path.join(site, name)) for name in names]
        for each in sets:
            for element in each.iterall():
                if element.VR not in ('SQ', 'OB', 'OW'):
                    DataElement(element.tag, element.VR, element.value, validation_mode=strict)
        axial = [s for s in sets if s.SeriesDescription == 'Chest 4.0']
        axial.sort(key=lambda s: int(s.InstanceNumber))
        digest = hashlib.sha256()
        for s in axial:
            hu = s.pixel_array.astype(np.int32) * int(s.RescaleSlope) + int(s.RescaleIntercept)
            digest.update(hu.astype('<i4').tobytes())
        result.append(dict(
            warnings=[str(w.message) for w in caught],
            syntax=str(axial[0].file_meta.TransferSyntaxUID),
            hu=digest.hexdigest(),
            positions=[[float(v) for v in s.ImagePositionPatient] for s in axial],
            modalities=sorted(set(s.Modality for s in sets)),
        ))
`;

describeWith('python', 'pydicom', (python) => {
  let folder: string;
  let read: Read[];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'simulated-ct-'));
    const sites = SITES.map((site) => {
      const directory = path.join(folder, site);
      mkdirSync(directory);
      for (const [index, { bytes }] of filesOf(one(site)).entries())
        writeFileSync(path.join(directory, `${String(index).padStart(4, '0')}.dcm`), bytes);
      return directory;
    });
    read = await runPython<Read[]>(python, SCRIPT, { sites });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(SITES.map((site, index) => [site, index] as const))(
    'reads %s without a warning, to the same HU',
    (site, index) => {
      const { warnings, syntax, hu, positions } = read[index]!;
      const scanner = SCANNERS[site];
      expect(warnings).toEqual([]);
      expect(syntax).toBe(
        {
          explicit: '1.2.840.10008.1.2.1',
          deflated: '1.2.840.10008.1.2.1.99',
          rle: '1.2.840.10008.1.2.5',
        }[scanner.transferSyntax],
      );
      const phantom = makePhantom(one(site), 'postoperative');
      const padding = (scanner.signed ? -2000 : 0) - 1024;
      const slices = Array.from({ length: phantom.slices }, (_, slice) =>
        Int32Array.from(phantom.hu.subarray(slice * 128 * 128, (slice + 1) * 128 * 128), (value) =>
          value === OUTSIDE ? padding : value,
        ),
      );
      if (scanner.footFirst) slices.reverse();
      expect(hu).toBe(sha256(...slices.map((slice) => new Uint8Array(slice.buffer))));
      const steps = positions.slice(1).map((position, at) => position[2]! - positions[at]![2]!);
      for (const step of steps) expect(step).toBeCloseTo(scanner.footFirst ? 4 : -4, 6);
      for (const [x, y] of positions) expect([x, y]).toEqual([-177.8, -177.8]);
    },
  );
});
