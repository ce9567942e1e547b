import { CdsError } from '../../domain/index.ts';
import type { Spec } from './picture.ts';

export const CLUSTER_COLOURS = [
  '#332288',
  '#ddcc77',
  '#117733',
  '#cc6677',
  '#88ccee',
  '#aa4499',
  '#999933',
  '#882255',
];
/** Pixels. */
export const STRIP = 12;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Strip {
  readonly title: string;
  readonly channel: string;
  readonly boxes: readonly (Box & { readonly group: string })[];
  readonly colours: readonly string[];
}

export const position = { type: 'quantitative', axis: null };

/** Neighbours of one group as one piece, so that no renderer draws seams between them; places from, up to before to. */
export const runsOf = (groups: readonly string[]): { group: string; from: number; to: number }[] => {
  const runs: { group: string; from: number; to: number }[] = [];
  groups.forEach((group, place) => {
    const last = runs.at(-1);
    if (last?.group === group) last.to = place + 1;
    else runs.push({ group, from: place, to: place + 1 });
  });
  return runs;
};

/** A coloured strip with a legend of its own. */
export const stripLayer = ({ title, channel, boxes, colours }: Strip): Spec => {
  const groups = [...new Set(boxes.map(({ group }) => group))].sort();
  if (groups.length > colours.length)
    throw new CdsError('LEARNING_INPUT_INVALID', `chart: ${title} has more than ${colours.length} groups`);
  return {
    data: { values: boxes.map(({ group, ...box }) => ({ ...box, [channel]: group })) },
    mark: { type: 'rect' },
    encoding: {
      x: { field: 'left', ...position },
      x2: { field: 'right' },
      y: { field: 'top', ...position },
      y2: { field: 'bottom' },
      fill: {
        field: channel,
        type: 'nominal',
        legend: { title, orient: 'right' },
        scale: { domain: groups, range: colours.slice(0, groups.length) },
      },
    },
  };
};
