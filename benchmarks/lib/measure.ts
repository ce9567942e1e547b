import type { Benchmark, Figure, Trial } from './benchmark.ts';

const DEFAULT_ROUNDS = 7;

export interface Measurement {
  readonly benchmark: Benchmark;
  /** The figures of each round, in order. */
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** What has a limit of its own. */
  readonly figures?: readonly Figure[];
}

/** The last line a run prints, as JSON. */
export interface Verdict {
  readonly name: string;
  /** Medians, in `unit`. */
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  /** ours / peer: below 1 we are better. */
  readonly ratio: number;
  readonly limit: number;
  /** Of the ratio and of every figure. */
  readonly ok: boolean;
  readonly figures?: readonly Figure[];
}

/** The middle value, or the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

async function rounds(benchmark: Benchmark, trial: Trial): Promise<Measurement> {
  const [ours, peer]: [number[], number[]] = [[], []];
  // In turn, so that a machine that slows down or speeds up does it to both.
  const first = benchmark.warmUp === false ? 1 : 0;
  for (let round = first; round <= (benchmark.rounds ?? DEFAULT_ROUNDS); round++) {
    const pair = [await trial.ours(), await trial.peer()] as const;
    if (round === 0) continue; // warming up: code is compiled, caches are filled
    ours.push(pair[0]);
    peer.push(pair[1]);
  }
  const figures = trial.figures?.();
  return { benchmark, ours, peer, ...(figures !== undefined && { figures }) };
}

/** Ours and the peer in turn (A B A B), after one round that does not count. */
export async function measure(benchmark: Benchmark): Promise<Measurement> {
  const trial = await benchmark.setup();
  try {
    return await rounds(benchmark, trial);
  } finally {
    await trial.teardown();
  }
}

const withinLimit = ({ value, limit }: Figure): boolean => Number.isFinite(value) && value <= limit;

/** A ratio or a figure that is no number (of zero or none) is not ok. */
export function judge({ benchmark, ours, peer, figures }: Measurement): Verdict {
  const [oursMedian, peerMedian] = [median(ours), median(peer)];
  const ratio = oursMedian / peerMedian;
  const { name, unit, limit } = benchmark;
  const ok = Number.isFinite(ratio) && ratio <= limit && (figures ?? []).every(withinLimit);
  const verdict = { name, ours: oursMedian, peer: peerMedian, unit, ratio, limit, ok };
  return figures === undefined ? verdict : { ...verdict, figures };
}

const figure = (value: number): string => value.toPrecision(4);

/** Median, lowest and highest of both, in columns. */
export function table(measurement: Measurement): string {
  const { benchmark, ours, peer } = measurement;
  const row = (who: string, figures: readonly number[]): string[] => [
    who,
    figure(median(figures)),
    figure(Math.min(...figures)),
    figure(Math.max(...figures)),
    String(figures.length),
  ];
  const rows = [
    ['', `median ${benchmark.unit}`, 'lowest', 'highest', 'rounds'],
    row('ours', ours),
    row(benchmark.peer.name, peer),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}

const figureLine = (each: Figure): string =>
  `${each.what}: ${figure(each.value)} ${each.unit}, limit ${String(each.limit)}: ${withinLimit(each) ? 'ok' : 'NOT ok'}`;

/** All that a run prints: the question, the table, the judgement in words, and the JSON line. */
export function report(measurement: Measurement): string {
  const verdict = judge(measurement);
  const { ratio, limit } = verdict;
  const judgement = `ratio ${figure(ratio)}, limit ${limit}: ${ratio <= limit ? 'ok' : 'NOT ok'}`;
  const { question } = measurement.benchmark;
  const absolute = (verdict.figures ?? []).map(figureLine);
  return [question, '', table(measurement), '', ...absolute, judgement, JSON.stringify(verdict)].join('\n');
}
