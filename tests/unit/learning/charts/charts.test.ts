import { describe, expect, it } from 'vitest';
import {
  calibrationPlot,
  heatMap,
  htmlReport,
  importancePlot,
  kaplanMeierPlot,
  rocPlot,
  seedStripPlot,
  volcanoPlot,
} from '../../../../src/learning/charts/index.ts';
import { runsOf } from '../../../../src/learning/charts/heat-map-strips.ts';
import { placeLabels } from '../../../../src/learning/charts/label-layout.ts';
import { dendrogramLines } from '../../../../src/learning/charts/dendrogram.ts';

const HOSTILE = '<script>alert(1)</script>&"\'';
const data = { time: Float64Array.of(3, 5, 8, 13), event: Uint8Array.of(1, 0, 1, 0) };
const area = { value: 0.8, lower: 0.7, upper: 0.9 };

// Each with a hostile text wherever one is drawn.
const PICTURES = {
  volcano: () =>
    volcanoPlot(
      [
        { name: HOSTILE, effect: 1, qValue: 0 },
        { name: 'b', effect: -1, qValue: 0.8 },
      ],
      {
        title: HOSTILE,
        effectAxis: HOSTILE,
        effectLimit: 0.5,
      },
    ),
  heat: () =>
    heatMap({
      title: HOSTILE,
      values: Float64Array.of(1, -1, NaN, 9),
      columns: 2,
      rowNames: [HOSTILE, 'b'],
      columnGroups: [HOSTILE, 'y'],
      columnClusters: ['1', '2'],
      rowMerges: { merges: [[0, 1, 2]] },
    }),
  importance: () =>
    importancePlot([{ name: HOSTILE, importance: 1, lower: 0, upper: 2 }], { title: HOSTILE }),
  survival: () =>
    kaplanMeierPlot(
      [
        { name: HOSTILE, data },
        { name: 'b', data },
      ],
      { title: 'KM', horizonMonths: 12, pValue: 0.04 },
    ),
  roc: () =>
    rocPlot([{ name: HOSTILE, falsePositiveRate: [0, 0.2, 1], truePositiveRate: [0, 0.7, 1], area }], {
      title: 'ROC',
    }),
  calibration: () =>
    calibrationPlot({
      title: 'Calibration',
      groups: [{ predicted: 0.2, observed: 0.25, lower: 0.1, upper: 0.4 }],
      note: HOSTILE,
    }),
  seeds: () =>
    seedStripPlot([{ name: HOSTILE, values: [0.6, 0.7, 0.65], published: 0.71 }], {
      title: 'Seeds',
      valueAxis: 'AUC',
    }),
};

describe('every chart', () => {
  it.each(Object.entries(PICTURES))(
    '%s: the same bytes again, no text that acts, a description',
    async (_name, make) => {
      const [first, second] = [await make(), await make()];
      expect(second.svg).toBe(first.svg);
      expect(Buffer.from(second.png).equals(Buffer.from(first.png))).toBe(true);
      expect(Buffer.from(first.png.subarray(1, 4)).toString()).toBe('PNG');
      expect(first.svg).not.toContain('<script');
      expect(first.svg).toMatch(
        /^<svg[^>]* role="img" aria-labelledby="(\S+) (\S+)"><title id="\1">[^<]+<\/title><desc id="\2">[^<]+</,
      );
      expect(first.svg).not.toMatch(/NaN|undefined|Infinity/);
    },
  );

  it('refuses values that cannot be drawn, naming them', () => {
    const text = { title: 't', effectAxis: 'e' };
    expect(() => volcanoPlot([], text)).toThrow('there are no rows');
    expect(() => volcanoPlot([{ name: 'a', effect: NaN, qValue: 0.1 }], text)).toThrow(
      'effect of row 0 is NaN',
    );
    expect(() => volcanoPlot([{ name: 'a', effect: 1, qValue: 1.1 }], text)).toThrow('qValue of row 0');
    expect(() =>
      heatMap({ title: 't', values: new Float64Array(3), columns: 2, rowNames: ['a', 'b'] }),
    ).toThrow('values has 3 cells, not 2 x 2');
    expect(() => importancePlot([{ name: 'a', importance: Infinity }], { title: 't' })).toThrow(
      'importance of row 0',
    );
    expect(() =>
      kaplanMeierPlot(
        [
          { name: 'a', data },
          { name: 'a', data },
        ],
        { title: 't', horizonMonths: 12 },
      ),
    ).toThrow('one name');
    expect(() => kaplanMeierPlot([{ name: 'a', data }], { title: 't', horizonMonths: 0 })).toThrow(
      'horizonMonths',
    );
    expect(() => seedStripPlot([{ name: 'a', values: [] }], { title: 't', valueAxis: 'v' })).toThrow(
      'values of a',
    );
  });
});

it('Kaplan-Meier: steps, censoring marks and numbers at risk are the data', async () => {
  const { svg, description } = await PICTURES.survival();
  // Of four: all at month 0; two after the event at 3 and the censoring at 5; 13 lies behind the horizon.
  expect(svg).toContain('Number at risk');
  expect(svg).toContain('log-rank p = 0.040');
  // (1 - 1/4) (1 - 1/2) = 0.375
  expect(description).toContain('b 38 % recurrence-free');
});

it('labels never cover each other, and stay inside', () => {
  const points = Array.from({ length: 30 }, (_, at) => ({
    name: `metabolite ${at}`,
    x: 200 + (at % 6) * 4,
    y: 150 + at * 2,
  }));
  const placed = placeLabels(points, points, { width: 500, height: 400, fontSize: 11 });
  expect(placed.length).toBeGreaterThan(8);
  const boxes = placed.map(({ name, labelX, labelY }) => ({
    x: labelX,
    y: labelY,
    half: (name.length * 11 * 0.6) / 2,
  }));
  boxes.forEach((a, i) => {
    expect(a.x - a.half).toBeGreaterThanOrEqual(0);
    for (const b of boxes.slice(i + 1))
      expect(Math.abs(a.y - b.y) >= 13.9 || Math.abs(a.x - b.x) >= a.half + b.half).toBe(true);
  });
});

it('a dendrogram joins places at their middle, and refuses a tree that is none', () => {
  // Leaves stand as 2, 0, 1: the first merge joins places 1 and 2, the second place 0 and their middle.
  const lines = dendrogramLines(
    {
      merges: [
        [0, 1, 1],
        [2, 3, 4],
      ],
    },
    [2, 0, 1],
  );
  expect(lines).toContainEqual({ from: 1, to: 2, low: 0.25, high: 0.25 });
  expect(lines).toContainEqual({ from: 0, to: 1.5, low: 1, high: 1 });
  expect(() =>
    dendrogramLines(
      {
        merges: [
          [0, 1, 1],
          [0, 3, 4],
        ],
      },
      [2, 0, 1],
    ),
  ).toThrow('name 0');
});

it('a report is one page that acts on nothing and needs nothing', async () => {
  const picture = await PICTURES.volcano();
  const other = await PICTURES.survival();
  const html = htmlReport({
    title: HOSTILE,
    sections: [
      {
        heading: HOSTILE,
        text: `${HOSTILE}\n\nsecond`,
        pictures: [picture, other],
        table: { caption: HOSTILE, columns: [HOSTILE], rows: [[HOSTILE]] },
      },
    ],
  });
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).not.toMatch(/<script|src=|href="http/);
  expect(html).toContain('<th scope="row">&lt;script&gt;');
  const ids = Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe('labels', () => {
  const plot = { width: 300, height: 200, fontSize: 11 };
  const point = { name: 'hypoxanthine', x: 150, y: 100 };

  it('keep off a line that the plot has', () => {
    const [free] = placeLabels([point], [point], plot);
    expect(free).toMatchObject({ labelY: 100 });
    const [label] = placeLabels([point], [point], { ...plot, lines: [100] });
    expect(Math.abs((label?.labelY ?? 100) - 100)).toBeGreaterThanOrEqual(7);
  });

  it("keep off the line that leads to another's point", () => {
    // A wall of points around the first: its label stands away, with a line.
    const wall = Array.from({ length: 600 }, (_, at) => ({
      x: 110 + (at % 30) * 3,
      y: 76 + Math.floor(at / 30) * 2.5,
    }));
    const near = { name: 'xanthine', x: 150, y: 62 };
    const placed = placeLabels([point, near], [...wall, point, near], plot);
    const [first, second] = placed;
    if (first === undefined || second === undefined) throw new Error('a label is missing');
    expect(first.away).toBe(true);
    const half = { x: (8 * 11 * 0.62 + 4) / 2, y: 7 };
    for (let step = 0; step <= 100; step++) {
      const x = point.x + ((first.edgeX - point.x) * step) / 100;
      const y = point.y + ((first.edgeY - point.y) * step) / 100;
      const across = Math.abs(x - second.labelX) < half.x - 1;
      expect(across && Math.abs(y - second.labelY) < half.y - 1).toBe(false);
    }
  });
});

it('strips: neighbours of one group are one piece, without seams', async () => {
  expect(runsOf(['a', 'a', 'b', 'a'])).toEqual([
    { group: 'a', from: 0, to: 2 },
    { group: 'b', from: 2, to: 3 },
    { group: 'a', from: 3, to: 4 },
  ]);
  const groups = (columnGroups: string[]): Promise<string> =>
    heatMap({
      title: 't',
      values: Float64Array.of(1, -1, 0, 2),
      columns: 4,
      rowNames: ['r'],
      columnGroups,
    }).then(({ svg }) => svg);
  const pieces = (svg: string): number => svg.match(/<path[^>]*fill="#(?:0072b2|d55e00)"/g)?.length ?? 0;
  const [sorted, mixed] = [await groups(['x', 'x', 'y', 'y']), await groups(['x', 'y', 'x', 'y'])];
  expect(pieces(mixed) - pieces(sorted)).toBe(2);
});
