import { describe, expect, it } from 'vitest';
import { readDicomHeader } from '../../../src/modalities/radiomics/dicom/index.ts';
import { ctElements, dataSet, element, item, part10, text, us, type Element } from './dicom-file.ts';

const read = (...changes: Element[]) =>
  readDicomHeader(
    part10(dataSet(ctElements(Object.fromEntries(changes.map((change) => [change[0], change]))))),
  );
const ds = (tag: number, value: string): Element => [tag, 'DS', text(value)];
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('a single-frame image', () => {
  it('tells where it lies, what its values mean and whose it is', () => {
    const [slice] = read(
      [0x00080008, 'CS', text('ORIGINAL\\PRIMARY\\AXIAL')],
      [0x00080060, 'CS', text('CT')],
      [0x00100020, 'LO', text('P-1')],
      ds(0x00180050, '1.25'),
      ds(0x00181120, '-18.5'),
      [0x00181210, 'SH', text('B40f\\1')],
      ds(0x00200032, '-1.5\\2e1\\ +3 '),
      ds(0x00200037, '1\\0\\0\\0\\1\\0'),
      ds(0x00280030, '0.7\\0.8'),
      ds(0x00281052, '-1024'),
      ds(0x00281053, '0.5'),
      [0x00281054, 'LO', text('HU')],
    );
    expect(slice).toMatchObject({
      sopInstanceUid: '2.25.1',
      frame: 0,
      imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      dicomModality: 'CT',
      patientId: 'P-1',
      sliceThicknessMm: 1.25,
      gantryTiltDegrees: -18.5,
      convolutionKernel: ['B40f', '1'],
      positionMm: [-1.5, 20, 3],
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
      pixelSpacingMm: [0.7, 0.8],
      rescaleIntercept: -1024,
      rescaleSlope: 0.5,
      rescaleType: 'HU',
    });
  });

  it('guesses nothing', () => {
    const [slice] = read(ds(0x00200032, ''));
    for (const key of [
      'positionMm',
      'rowDirection',
      'pixelSpacingMm',
      'sliceThicknessMm',
      'padding',
      'patientId',
    ])
      expect(slice).not.toHaveProperty(key);
    expect(slice).toMatchObject({ rescaleSlope: 1, rescaleIntercept: 0 });
  });

  it.each([
    ['a decimal comma', ds(0x00281053, '0,5')],
    ['text', ds(0x00281052, 'abc')],
    ['a position of two numbers', ds(0x00200032, '1\\2')],
    ['an infinite one', ds(0x00200032, '1\\2\\1e999')],
    ['a slope of 0', ds(0x00281053, '0')],
    ['no SOPInstanceUID', [0x00080018, 'UI', Buffer.alloc(0)]],
  ] as const)('%s is refused', (_, change) => {
    expect(() => read(change)).toThrow(code('DICOM_INVALID'));
  });

  it('what is wrong is said without the value', () => {
    expect(() => read(ds(0x00281052, 'SECRET'))).toThrow(expect.not.objectContaining({ message: /SECRET/ }));
  });

  // -2000 as US is 63536: the VR is the writer's, the meaning PixelRepresentation's (PS3.3 C.7.5.1.1.2).
  it.each([
    ['US', 1, [-2000, -2000]],
    ['SS', 1, [-2000, -2000]],
    ['US', 0, [63536, 63536]],
    ['SS', 0, [63536, 63536]],
  ] as const)('padding in %s with PixelRepresentation %s', (vr, representation, expected) => {
    const [slice] = read([0x00280103, 'US', us(representation)], [0x00280120, vr, us(63536)]);
    expect(slice?.padding).toEqual(expected);
  });

  it('a padding range is told from low to high', () => {
    const signed: Element = [0x00280103, 'US', us(1)];
    const [slice] = read(signed, [0x00280120, 'US', us(65535)], [0x00280121, 'US', us(63536)]);
    expect(slice?.padding).toEqual([-2000, -1]);
  });

  it.each(['\\ISO 2022 IR 87', 'GB18030', 'ISO 2022 IR 6\\ISO 2022 IR 58', 'NONSENSE'])(
    'character set %s',
    (set) => {
      expect(read([0x00080005, 'CS', text(set)])).toHaveLength(1);
    },
  );
});

describe('an enhanced multi-frame image', () => {
  const sequence = (tag: number, ...elements: Element[]): Element => [tag, 'SQ', [elements]];
  const frame = (z: number, ...more: Element[]): Element[] => [
    ...more,
    sequence(0x00209113, ds(0x00200032, `0\\0\\${z}`)),
  ];
  const shared: Element = [
    0x52009229,
    'SQ',
    [
      [
        sequence(0x00209116, ds(0x00200037, '1\\0\\0\\0\\1\\0')),
        sequence(0x00289110, ds(0x00180050, '2'), ds(0x00280030, '0.5\\0.6')),
        sequence(0x00289145, ds(0x00281052, '-1024'), ds(0x00281053, '1'), [0x00281054, 'LO', text('HU')]),
        sequence(0x00189329, [0x00089007, 'CS', text('ORIGINAL\\PRIMARY\\VOLUME\\NONE')]),
      ],
    ],
  ];
  const count: Element = [0x00280008, 'IS', text('2')];

  it('takes each attribute from the frame, then from what is shared', () => {
    const own = sequence(0x00289145, ds(0x00281052, '-1000'), ds(0x00281053, '2'));
    const slices = read(count, shared, [0x52009230, 'SQ', [frame(10), frame(12.5, own)]]);
    expect(slices.map(({ positionMm }) => positionMm)).toEqual([
      [0, 0, 10],
      [0, 0, 12.5],
    ]);
    expect(slices.map(({ rescaleIntercept, rescaleSlope }) => [rescaleIntercept, rescaleSlope])).toEqual([
      [-1024, 1],
      [-1000, 2],
    ]);
    for (const slice of slices)
      expect(slice).toMatchObject({
        rowDirection: [1, 0, 0],
        pixelSpacingMm: [0.5, 0.6],
        sliceThicknessMm: 2,
        imageType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'],
        sopInstanceUid: '2.25.1',
      });
  });

  it('has one item a frame, or is refused', () => {
    expect(() => read(count, shared, [0x52009230, 'SQ', [frame(10)]])).toThrow(code('DICOM_INVALID'));
  });

  it.each([
    ['of defined length', (inner: Buffer) => element([0x52009229, 'SQ', Buffer.from(item(inner))])],
    [
      'of undefined length',
      (inner: Buffer) =>
        Buffer.concat([
          Buffer.from('00522992', 'hex'),
          Buffer.from('SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff', 'latin1'),
          inner,
          Buffer.from('feff0de000000000feffdde000000000', 'hex'),
        ]),
    ],
  ])('sequences %s nested without end do not end the process', (_, wrap) => {
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 500; depth++) nested = Buffer.from(wrap(nested));
    const bytes = part10(Buffer.concat([dataSet(ctElements()), nested]));
    expect(() => readDicomHeader(bytes)).toThrow(code('DICOM_INVALID'));
  });
});
