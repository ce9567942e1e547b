import {
  COLOURS,
  draw,
  FAINT,
  INK,
  type Picture,
  type PictureText,
  requireFiniteValues,
  requireRows,
} from './picture.ts';

export interface ScoresOverSeeds {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** A published figure, drawn as a diamond. */
  readonly published?: number;
}

export interface SeedStripText extends PictureText {
  /** What a value is, for example "AUC". */
  readonly valueAxis: string;
  /** A dashed line, for example 0.5 for chance. */
  readonly reference?: number;
  /** A shaded band, for example where a published figure must lie. */
  readonly band?: { readonly lower: number; readonly upper: number };
  readonly domain?: readonly [number, number];
}

/** A place within the strip that looks even and is the same every time: the golden ratio's multiples. */
const jitter = (at: number): number => ((at * 0.6180339887498949) % 1) - 0.5;

const domainOf = (values: readonly number[], { band, reference }: SeedStripText): [number, number] => {
  const every = values.concat(reference ?? [], band?.lower ?? [], band?.upper ?? []);
  const [least, most] = [Math.min(...every), Math.max(...every)];
  const room = Math.max(0.02, 0.06 * (most - least));
  return [least - room, most + room];
};

/**
 * Scores over seeds, a dot a seed, over a box of their quartiles and whiskers to the range.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no rows, a row without values, a value that is not finite
 */
export function seedStripPlot(rows: readonly ScoresOverSeeds[], text: SeedStripText): Promise<Picture> {
  requireRows('rows', rows);
  for (const { name, values } of rows) {
    requireRows(`values of ${name}`, values);
    requireFiniteValues(`value of ${name}`, Array.from(values));
  }
  const dots = rows.flatMap(({ name, values }) =>
    Array.from(values, (value, seed) => ({ name, value, place: jitter(seed + 1) })),
  );
  const published = rows.flatMap(({ name, published: value }) =>
    value === undefined ? [] : [{ name, value, kind: 'published' }],
  );
  const means = rows.map(({ name, values }) => {
    const all = Array.from(values);
    return {
      name,
      value: all.reduce((sum, value) => sum + value, 0) / all.length,
      kind: 'mean of the seeds',
    };
  });
  const { band, reference } = text;
  const domain =
    text.domain ??
    domainOf(
      [...dots, ...published].map(({ value }) => value),
      text,
    );
  const x = {
    field: 'value',
    type: 'quantitative',
    title: text.valueAxis,
    scale: { domain, zero: false, nice: text.domain === undefined },
  };
  const names = rows.map(({ name }) => name);
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    scale: { domain: names },
    title: null,
    axis: { ticks: false, domain: false, grid: false, labelPadding: 8 },
  };
  const kinds = ['mean of the seeds', ...(published.length > 0 ? ['published'] : [])];
  const spec = {
    width: 480,
    height: { step: 64 },
    layer: [
      ...(band === undefined
        ? []
        : [
            {
              data: { values: [band] },
              mark: { type: 'rect', color: '#e8f1e8' },
              encoding: { x: { ...x, field: 'lower' }, x2: { field: 'upper' } },
            },
          ]),
      ...(reference === undefined
        ? []
        : [
            {
              data: { values: [{ value: reference }] },
              mark: { type: 'rule', strokeDash: [5, 4], color: FAINT },
              encoding: { x },
            },
          ]),
      {
        data: { values: dots },
        mark: {
          type: 'boxplot',
          extent: 'min-max',
          size: 34,
          box: { filled: true, fill: '#dfe8f0', stroke: FAINT, strokeWidth: 1 },
          median: { color: INK, strokeWidth: 2 },
          rule: { color: FAINT },
        },
        encoding: { x, y },
      },
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 26, opacity: 0.7, color: COLOURS[0] },
        encoding: { x, y, yOffset: { field: 'place', type: 'quantitative', scale: { domain: [-1.1, 1.1] } } },
      },
      {
        data: { values: [...means, ...published] },
        mark: { type: 'point', filled: true, size: 110, opacity: 1, stroke: 'white', strokeWidth: 1 },
        encoding: {
          x,
          y,
          shape: {
            field: 'kind',
            type: 'nominal',
            legend: { title: null, orient: 'top', values: kinds },
            scale: { domain: kinds, range: ['circle', 'diamond'].slice(0, kinds.length) },
          },
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: kinds, range: [INK, COLOURS[1]].slice(0, kinds.length) },
            legend: { title: null, orient: 'top', values: kinds },
          },
        },
      },
    ],
  };
  const said = rows
    .map(({ name, values }, at) => {
      const all = Array.from(values);
      const range = `${Math.min(...all).toFixed(3)} to ${Math.max(...all).toFixed(3)}`;
      return `${name}: mean ${means[at]?.value.toFixed(3) ?? ''}, range ${range} over ${all.length} seeds`;
    })
    .join('; ');
  return draw(spec, text, `${text.valueAxis} over seeds. ${said}.`);
}
