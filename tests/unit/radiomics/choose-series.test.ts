import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MODALITY_SETTINGS, SERIES_EXCLUSIONS, type CdsError } from '../../../src/domain/index.ts';
import type { ImageSource, SeriesDetails, SeriesInfo } from '../../../src/modalities/common/index.ts';
import {
  chooseSeries,
  decideSeries,
  type DatedStudy,
} from '../../../src/modalities/radiomics/choose/index.ts';
import { exclusionOf } from '../../../src/modalities/radiomics/choose/exclusions.ts';
import { detailsOf, sliceSpacingOf } from '../../../src/modalities/radiomics/choose/series-details.ts';

const rules = DEFAULT_MODALITY_SETTINGS.imaging;
const AXIAL = [1, 0, 0, 0, 1, 0];
const CORONAL = [1, 0, 0, 0, 0, -1];
/** Tilted about the left-right axis. */
const tilted = (degrees: number): number[] => {
  const angle = (degrees * Math.PI) / 180;
  return [1, 0, 0, 0, Math.cos(angle), Math.sin(angle)];
};

const series = (uid: string, change: Partial<SeriesDetails> = {}): SeriesDetails => ({
  seriesInstanceUid: uid,
  dicomModality: 'CT',
  seriesNumber: Number(uid.split('.').at(-1)),
  instances: 120,
  listed: 120,
  slices: 120,
  imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
  sliceThicknessMm: 2.5,
  sliceSpacingMm: 2.5,
  orientation: AXIAL,
  convolutionKernel: ['STANDARD'],
  bodyPartExamined: 'CHEST',
  ...change,
});

describe('why a series is left out', () => {
  it.each<[string, Partial<SeriesDetails>, string | undefined]>([
    // # what it says -> why
    ['an axial CT', {}, undefined],
    ['a dose report', { dicomModality: 'SR' }, 'not-ct'],
    ['a segmentation', { dicomModality: 'SEG' }, 'not-ct'],
    ['a scout', { imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }, 'localizer'],
    ['a scout by its name alone', { description: 'Topogram 0.6 T20f' }, 'localizer'],
    ['an MPR', { imageType: ['DERIVED', 'SECONDARY', 'MPR'] }, 'derived'],
    ['a MIP that calls itself original', { imageType: ['ORIGINAL', 'PRIMARY', 'MIP'] }, 'derived'],
    ['a dose screen', { imageType: ['ORIGINAL', 'SECONDARY', 'OTHER'] }, 'derived'],
    ['a reformat by its name alone', { description: 'LUNG COR 3.0' }, 'derived'],
    ['coronal slices', { orientation: CORONAL }, 'not-axial'],
    ['a tilt of 20 degrees: the volume judges it', { orientation: tilted(20) }, undefined],
    ['a tilt of 30 degrees', { orientation: tilted(30) }, 'not-axial'],
    ['feet first, prone', { orientation: [-1, 0, 0, 0, 1, 0] }, undefined],
    ['a head', { bodyPartExamined: 'HEAD' }, 'other-body-part'],
    ['an abdomen and pelvis', { bodyPartExamined: 'Abdomen_Pelvis' }, 'other-body-part'],
    ['an abdomen that says chest', { bodyPartExamined: 'ABDOMEN', description: 'Chest 1.25' }, undefined],
    ['a part nobody knows', { bodyPartExamined: 'CAP' }, undefined],
    ['39 slices', { slices: 39 }, 'too-few-slices'],
    ['40 slices of 1 mm', { slices: 40, sliceSpacingMm: 1 }, 'too-few-slices'],
    ['one instance of 120 frames', { instances: 1, listed: 1, slices: 120 }, undefined],
    ['slices every 5 mm', { sliceSpacingMm: 5.0000001, sliceThicknessMm: 5 }, undefined],
    ['slices every 5.5 mm', { sliceSpacingMm: 5.5 }, 'too-thick'],
    ['thick slices that overlap', { sliceThicknessMm: 10 }, 'too-thick'],
    ['fewer images than it should have', { listed: 119 }, 'incomplete'],
    [
      'a scout of two images: the first reason counts',
      { slices: 2, imageType: ['O', 'P', 'LOCALIZER'] },
      'localizer',
    ],
  ])('%s', (_, change, why) => {
    expect(exclusionOf(series('1.1', change), rules)).toBe(why);
  });

  it('is nothing that it does not say', () => {
    expect(exclusionOf({ seriesInstanceUid: '1.1', dicomModality: 'CT' }, rules)).toBeUndefined();
  });
});

describe('decideSeries', () => {
  it.each<[string, string, string, SeriesDetails[]]>([
    ['1.1', 'only-one', 'nothing else', [series('1.1'), series('1.2', { dicomModality: 'SR' })]],
    [
      '1.2',
      'thinnest',
      'thinner',
      [series('1.1'), series('1.2', { sliceSpacingMm: 1.25, slices: 240, convolutionKernel: ['LUNG'] })],
    ],
    [
      '1.2',
      'standard-kernel',
      'of a soft kernel',
      [series('1.1', { convolutionKernel: ['B70f'] }), series('1.2', { convolutionKernel: ['B30f'] })],
    ],
    ['1.2', 'most-slices', 'longer', [series('1.1'), series('1.2', { slices: 140 })]],
    ['1.1', 'first-acquired', 'earlier', [series('1.2'), series('1.1')]],
    [
      '1.2',
      'standard-kernel',
      'as thin as another to a tenth of a millimetre',
      [series('1.1', { sliceSpacingMm: 2.46, convolutionKernel: ['LUNG'] }), series('1.2')],
    ],
    [
      '1.1',
      'thinnest',
      'one whose distances are known',
      [series('1.1', { sliceSpacingMm: 5 }), { seriesInstanceUid: '1.2', dicomModality: 'CT' }],
    ],
  ])('takes %s for %s: %s', (uid, chosenFor, _, all) => {
    expect(decideSeries(all, rules)).toMatchObject({ series: { seriesInstanceUid: uid }, chosenFor });
  });

  it('counts what it leaves out, and names that alone where nothing is left', () => {
    const out = [
      series('1.2', { dicomModality: 'SR' }),
      series('1.3', { sliceSpacingMm: 8 }),
      series('1.4', { sliceSpacingMm: 8 }),
    ];
    expect(decideSeries([series('1.1'), ...out], rules).leftOut).toEqual({ 'not-ct': 1, 'too-thick': 2 });
    try {
      decideSeries(out, rules);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'CT_NO_SERIES', detail: 'Left out are not-ct: 1, too-thick: 2.' });
    }
  });

  it('decides the same in whatever order series come, and counts every one', () => {
    const any = fc
      .record({
        dicomModality: fc.constantFrom('CT', 'CT', 'CT', 'SR'),
        imageType: fc.constantFrom(['ORIGINAL', 'PRIMARY', 'AXIAL'], ['DERIVED', 'SECONDARY']),
        sliceSpacingMm: fc.constantFrom(0.625, 1.25, 1.2500001, 5, 7),
        convolutionKernel: fc.constantFrom(['STANDARD'], ['LUNG'], []),
        slices: fc.constantFrom(2, 100, 300),
        seriesNumber: fc.constantFrom(1, 2, 3),
      })
      .map((change) => change);
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), fc.nat(), (changes, seed) => {
        const all = changes.map((change, index) => series(`1.${String(index)}`, change));
        const turned = all.toSorted((a, b) => ((seed * 31 + a.slices!) % 7) - ((seed * 17 + b.slices!) % 5));
        const outcome = (list: readonly SeriesDetails[]): unknown => {
          try {
            const { leftOut, ...choice } = decideSeries(list, rules);
            const left = Object.values(leftOut).reduce((sum, n) => sum + n, 0);
            expect(exclusionOf(choice.series, rules)).toBeUndefined();
            expect(left).toBe(list.filter((each) => exclusionOf(each, rules) !== undefined).length);
            return choice;
          } catch (error) {
            return (error as CdsError).detail;
          }
        };
        expect(outcome(turned)).toEqual(outcome(all));
      }),
    );
    expect(SERIES_EXCLUSIONS).toHaveLength(8);
  });
});

describe('what images tell of their series', () => {
  it('gives the distance along the normal, whatever the orientation and order', () => {
    const normal = [0, -Math.sin(0.3), Math.cos(0.3)];
    const orientation = [1, 0, 0, 0, Math.cos(0.3), Math.sin(0.3)];
    const at = (k: number) => ({
      orientation,
      position: normal.map((n, axis) => n * k * 1.25 + [7, 8, 9][axis]!),
    });
    expect(sliceSpacingOf([4, 0, 2, 1, 3, 3].map(at))).toBeCloseTo(1.25, 10);
    expect(sliceSpacingOf([at(1)])).toBeUndefined();
    expect(sliceSpacingOf([{ position: [0, 0, 0] }, { position: [0, 0, 1] }])).toBeUndefined();
  });

  it('lets no leading scout speak for a series', () => {
    const scout = {
      instanceNumber: 1,
      imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'],
      orientation: CORONAL,
    };
    const slice = (n: number) => ({
      instanceNumber: n,
      imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      orientation: AXIAL,
    });
    expect(
      detailsOf({ seriesInstanceUid: '1.1' }, [scout, slice(2), slice(3)], { listed: 3, slices: 3 }),
    ).toMatchObject({ imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], orientation: AXIAL });
  });
});

describe('chooseSeries', () => {
  /** An archive that tells what it is given, and of which series it was asked for details. */
  const archive = (all: readonly SeriesDetails[]) => {
    const asked: string[] = [];
    const source: ImageSource = {
      series: () =>
        Promise.resolve(
          all.map(({ seriesInstanceUid, dicomModality, instances, description }): SeriesInfo => ({
            seriesInstanceUid,
            ...(dicomModality !== undefined && { dicomModality }),
            ...(instances !== undefined && { instances }),
            ...(description !== undefined && { description }),
          })),
        ),
      details: (_, { seriesInstanceUid }) => {
        asked.push(seriesInstanceUid);
        return Promise.resolve(all.find((each) => each.seriesInstanceUid === seriesInstanceUid)!);
      },
      fetch: () => Promise.reject(new Error('not asked for')),
    };
    return { asked, source };
  };
  const study = (told: DatedStudy['series'] = []): DatedStudy => ({
    source: { reference: 'ImagingStudy/1', version: '1' },
    startedOn: '2026-01-01',
    studyInstanceUid: '1',
    dicomModalities: ['CT'],
    endpoints: [],
    procedureCodings: [],
    series: told,
  });
  const signal = new AbortController().signal;
  const told = (uid: string, instances: number) => ({
    uid,
    instances,
    dicomModality: 'CT',
    bodySites: [],
    endpoints: [],
  });

  it('asks for images only of series that could do, and needs no series in the chart', async () => {
    const { asked, source } = archive([
      series('1.1', { dicomModality: 'SR' }),
      series('1.2', { description: 'scout' }),
      series('1.3', { instances: 1, listed: 1, slices: 200 }),
    ]);
    expect(await chooseSeries(source, study(), rules, signal)).toMatchObject({
      series: { seriesInstanceUid: '1.3', instances: 1, slices: 200 },
      leftOut: { 'not-ct': 1, localizer: 1 },
    });
    expect(asked).toEqual(['1.3']);
  });

  it('leaves a series out of which the chart knows more images than the archive has', async () => {
    const { source } = archive([series('1.1', { sliceSpacingMm: 1.25, slices: 240 }), series('1.2')]);
    expect(await chooseSeries(source, study([told('1.1', 121)]), rules, signal)).toMatchObject({
      series: { seriesInstanceUid: '1.2' },
      leftOut: { incomplete: 1 },
    });
  });

  it('goes by the archive where the chart knows fewer images, or other series', async () => {
    const { source } = archive([series('1.1')]);
    expect(
      await chooseSeries(source, study([told('1.1', 60), told('1.9', 300)]), rules, signal),
    ).toMatchObject({
      series: { seriesInstanceUid: '1.1', instances: 120 },
      chosenFor: 'only-one',
      leftOut: {},
    });
  });
});
