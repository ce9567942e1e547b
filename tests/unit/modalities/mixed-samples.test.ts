/** A report or panel may name results of another day, or one result twice: no value may pass for another's. */
import { describe, expect, it } from 'vitest';
import type { Landmark, ModalityId } from '../../../src/domain/index.ts';
import {
  ANALYTES,
  analyteCode,
  chartOf,
  marker,
  markers,
  observation,
  panel,
  panelOfMembers,
  patient,
  quantity,
  readings,
  report,
  SURGERY,
  type Reading,
  type Resource,
} from '../support/fhir.ts';
import { modality, featuresOf } from '../support/reading.ts';

const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const ON = '2026-05-01';
const EARLIER = '2026-03-01';

/** What is selected, and extracted of it; the same in whatever order the server sends the resources. */
const read = async (id: ModalityId, resources: readonly Resource[]) => {
  const [one, other] = await Promise.all(
    [resources, resources.toReversed()].map(async (order) => {
      const chart = chartOf([patient(), ...order]);
      const { evidence, ...selection } = modality(id).select(chart, landmark);
      const present = selection.status === 'present';
      return {
        selection,
        evidence: evidence.map(({ reference }) => reference).toSorted(),
        features: present ? await featuresOf(modality(id), chart, landmark) : undefined,
      };
    }),
  );
  expect(other).toEqual(one);
  if (one === undefined) throw new Error('nothing was read');
  return one;
};

const references = (resources: readonly Resource[]) =>
  resources.map(({ resourceType, id }) => `${resourceType}/${id}`).toSorted();

const conflict = (detail: string) => ({ status: 'rejected', reason: 'conflicting-values', detail });

describe('a genomic report', () => {
  const sample = markers('f1', ON);
  const old = marker('f0-tf', 'tumour-fraction', EARLIER, [0.5, '1']);

  it.each([
    ['last', [...sample, old]],
    ['first', [old, ...sample]],
  ])('does not show an old value as its own, named %s', async (_, results) => {
    const expected = await read('cfdna', [report('g1', sample, ON), ...sample]);
    expect(expected.selection).toMatchObject({ status: 'present', collectedOn: ON });
    expect(await read('cfdna', [report('g1', results, ON), ...sample, old])).toEqual(expected);
  });

  it('does not fill a gap of today with an old value', async () => {
    const gap = markers('f1', ON, { 'tumour-fraction': undefined });
    const { selection } = await read('cfdna', [report('g1', [...gap, old], ON), ...gap, old]);
    expect(selection).toMatchObject({ status: 'rejected', detail: 'tumour-fraction', collectedOn: ON });
  });

  it('gives the draw of their own day what it names of another', async () => {
    const baseline = markers('f0', '2026-01-10');
    const all = [report('g1', [...baseline, ...sample], ON), ...baseline, ...sample];
    const { selection, evidence } = await read('cfdna', all);
    expect(selection).toMatchObject({
      status: 'present',
      collectedOn: ON,
      baselineCollectedOn: '2026-01-10',
    });
    expect(evidence).toEqual(references(all));
  });

  it('dated otherwise than all it names is no sample; they are', async () => {
    const { selection, evidence } = await read('cfdna', [report('g1', sample, '2026-05-08'), ...sample]);
    expect(selection).toMatchObject({ status: 'present', collectedOn: ON });
    expect(evidence).toEqual(references(sample));
  });

  it('takes in a marker of its day that another report names', async () => {
    const rest = markers('f1', ON, { 'methylation-score': undefined });
    const methylation = marker('f1-m', 'methylation-score', ON, [0.3, '1']);
    const later = markers('f2', '2026-05-20');
    const all = [
      report('g1', rest, ON),
      report('g2', [methylation, ...later], '2026-05-20'),
      ...rest,
      methylation,
      ...later.map((each) => ({ ...each, issued: '2026-06-02T10:00:00Z' })),
    ];
    const { selection, features } = await read('cfdna', all);
    expect(selection).toMatchObject({ status: 'present', collectedOn: ON, flags: ['no-baseline'] });
    expect(features?.['logit:methylation']).toBeCloseTo(Math.log(0.3 / 0.7), 12);
  });

  it('without a date has none of its results, where theirs differ', async () => {
    const undated = report('g1', [...sample, old], undefined, { issued: '2026-05-09T10:00:00Z' });
    const { selection, evidence } = await read('cfdna', [undated, ...sample, old]);
    expect(selection).toMatchObject({ status: 'present', collectedOn: ON });
    expect(evidence).toEqual(references(sample));
  });

  it('counts a result without a date of its own', async () => {
    const undated = sample.map((each) => ({ ...each, effectiveDateTime: undefined }));
    const { selection } = await read('cfdna', [report('g1', undated, ON), ...undated]);
    expect(selection).toMatchObject({ status: 'present', collectedOn: ON });
  });

  it.each<[string, Reading, boolean]>([
    ['another value', [0.03, '1'], true],
    ['another value of another unit', [3, '%'], true],
    ['a limit of detection', [0.02, '1', '<'], true],
    ['a limit above', [0.02, '1', '>'], true],
    ['the same', [0.02, '1'], false],
    ['the same of another unit', [2, '%'], false],
  ])('with a tumour fraction of .02 and %s', async (_, reading, isConflict) => {
    const second = marker('f1-again', 'tumour-fraction', ON, reading);
    const charts = [
      [...sample, second],
      [report('g1', [...sample, second], ON), ...sample, second],
      [report('g1', sample, ON), ...sample, second],
    ];
    for (const resources of charts) {
      const { selection } = await read('cfdna', resources);
      expect(selection).toMatchObject(isConflict ? conflict('tumour-fraction') : { status: 'present' });
    }
  });
});

describe('a panel', () => {
  const values = readings({ leucine: [120, 'umol/L'] });
  const [head, ...members] = panelOfMembers('m1', ON, values);
  const leucine = (id: string, on: string | undefined, reading: Reading) =>
    observation(id, analyteCode('leucine'), {
      effectiveDateTime: on,
      issued: '2026-05-01T16:00:00Z',
      ...quantity(...reading),
    });
  const withMembers = (named: readonly Resource[]): Resource[] => [
    { ...(head ?? panel('m1', ON)), hasMember: named.map(({ id }) => ({ reference: `Observation/${id}` })) },
    ...named,
  ];

  it.each([EARLIER, '2026-05-02'])('leaves out a member of %s', async (on) => {
    const other = leucine('other', on, [700, 'umol/L']);
    const expected = await read('metabolomics', withMembers(members));
    expect(expected.features?.['log2:leucine']).toBeCloseTo(Math.log2(120), 12);
    expect(await read('metabolomics', withMembers([...members, other]))).toEqual(expected);
    expect(await read('metabolomics', withMembers([other, ...members]))).toEqual(expected);
  });

  it('of old members alone has measured nothing', async () => {
    const old = members.map((each) => ({ ...each, effectiveDateTime: EARLIER }));
    const { selection } = await read('metabolomics', withMembers(old));
    expect(selection).toMatchObject({ status: 'rejected', detail: `0/${String(ANALYTES.length)}` });
  });

  it('counts a member without a date of its own', async () => {
    const [, ...others] = members;
    const undated = leucine('undated', undefined, [700, 'umol/L']);
    const { features } = await read('metabolomics', withMembers([...others, undated]));
    expect(features?.['log2:leucine']).toBeCloseTo(Math.log2(700), 12);
  });

  it.each<[string, Reading, boolean]>([
    ['another value', [121, 'umol/L'], true],
    ['none measured', [0, 'umol/L'], true],
    ['a limit of detection', [120, 'umol/L', '<'], true],
    ['the same of another unit', [0.12, 'mmol/L'], false],
    // 120 umol/L x 131.17 g/mol = 1.57404 mg/dL
    ['the same as a mass', [1.57404, 'mg/dL'], false],
  ])('with 120 umol/L of leucine and %s', async (_, reading, isConflict) => {
    const second = leucine('again', ON, reading);
    const asComponent = panel('m1', ON, values, { hasMember: [{ reference: 'Observation/again' }] });
    for (const resources of [withMembers([...members, second]), [asComponent, second]]) {
      const { selection } = await read('metabolomics', resources);
      expect(selection).toMatchObject(isConflict ? conflict('leucine') : { status: 'present' });
    }
  });
});
