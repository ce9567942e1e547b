import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Benchmark } from '../../../benchmarks/lib/benchmark.ts';
import { judge, measure, median, report } from '../../../benchmarks/lib/measure.ts';
import { benchmarkNames, howToGet, installPeer, loadBenchmark } from '../../../benchmarks/lib/registry.ts';

/** Figures are handed out in order; the first of each is the warm-up's. */
function scripted(ours: number[], peer: number[], over: Partial<Benchmark> = {}) {
  const calls: string[] = [];
  const next = (who: string, figures: number[]) => () => {
    calls.push(who);
    const figure = figures.shift();
    return figure === undefined ? Promise.reject(new Error('no more')) : Promise.resolve(figure);
  };
  const benchmark: Benchmark = {
    name: 'question',
    question: 'How long?',
    unit: 'ms',
    limit: 2,
    rounds: 3,
    peer: { name: 'the peer', find: () => 'here' },
    setup: () =>
      Promise.resolve({
        ours: next('A', ours),
        peer: next('B', peer),
        teardown: () => {
          calls.push('down');
          return Promise.resolve();
        },
      }),
    ...over,
  };
  return { benchmark, calls };
}

describe('the benchmark harness', () => {
  it('takes the middle value', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5])).toBe(5);
    expect(median([])).toBeNaN();
  });

  it('runs A B A B, once more to warm up, and tears down', async () => {
    const { benchmark, calls } = scripted([900, 6, 3, 5], [900, 4, 2, 10]);
    const measurement = await measure(benchmark);
    expect(calls.join('')).toBe('ABABABABdown');
    expect(measurement.ours).toEqual([6, 3, 5]);
    // medians 5 and 4
    expect(judge(measurement)).toEqual({
      name: 'question',
      ours: 5,
      peer: 4,
      unit: 'ms',
      ratio: 1.25,
      limit: 2,
      ok: true,
    });
  });

  it('tears down after a failure and passes it on', async () => {
    const { benchmark, calls } = scripted([1, 2], [1]);
    await expect(measure(benchmark)).rejects.toThrow('no more');
    expect(calls.at(-1)).toBe('down');
  });

  it.each([
    ['at the limit', [8], [4], true],
    ['above it', [8.1], [4], false],
    ['a peer that took nothing', [1], [0], false],
    ['nothing at all', [], [], false],
  ])('%s', (_, ours, peer, ok) => {
    const { benchmark } = scripted([], []);
    expect(judge({ benchmark, ours, peer }).ok).toBe(ok);
  });

  it('prints aligned columns and, as its last line, the JSON', () => {
    const { benchmark } = scripted([], []);
    const text = report({ benchmark, ours: [5, 6, 4], peer: [4, 4, 400] });
    const lines = text.split('\n');
    expect(lines[0]).toBe('How long?');
    const rows = lines.slice(2, 5);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows[1]).toMatch(/^ours +5\.000 +4\.000 +6\.000 +3$/);
    expect(JSON.parse(lines.at(-1)!)).toEqual({
      name: 'question',
      ours: 5,
      peer: 4,
      unit: 'ms',
      ratio: 1.25,
      limit: 2,
      ok: true,
    });
  });

  it('a figure over its own limit is not ok, whatever the ratio, and both are told', () => {
    const figure = { what: 'p99', value: 61, unit: 'ms', limit: 60 };
    const { benchmark } = scripted([], []);
    const within = { benchmark, ours: [1], peer: [1], figures: [{ ...figure, value: 60 }] };
    expect(judge(within).ok).toBe(true);
    const over = { ...within, figures: [figure] };
    expect(judge(over)).toMatchObject({ ratio: 1, ok: false, figures: [figure] });
    expect(judge({ ...within, figures: [{ ...figure, value: NaN }] }).ok).toBe(false);
    expect(report(over)).toContain('p99: 61.00 ms, limit 60: NOT ok');
    expect(report(over)).toContain('ratio 1.000, limit 2: ok');
  });

  it('asks for the figures after the last round; without a warm-up every round counts', async () => {
    const { benchmark } = scripted([], []);
    const calls: string[] = [];
    const trial = {
      ours: () => Promise.resolve(calls.push('A')),
      peer: () => Promise.resolve(calls.push('B')),
      figures: () => [{ what: 'calls', value: calls.length, unit: '', limit: 9 }],
      teardown: () => Promise.resolve(),
    };
    const fresh = { ...benchmark, rounds: 1, warmUp: false as const, setup: () => Promise.resolve(trial) };
    const measurement = await measure(fresh);
    expect(measurement).toMatchObject({ ours: [1], peer: [2] });
    expect(measurement.figures?.[0]?.value).toBe(2);
  });

  it('every benchmark file exports one of its own name, with a question, a peer and a limit', async () => {
    const folder = path.resolve(import.meta.dirname, '../../../benchmarks');
    const names = benchmarkNames(folder);
    expect(names).toContain('store');
    for (const name of names) {
      const benchmark = await loadBenchmark(folder, name);
      expect(benchmark.question).toMatch(/\?$/);
      expect(benchmark.limit).toBeGreaterThan(0);
      expect(howToGet(benchmark)).not.toBe('');
    }
  });

  it('a file that names itself otherwise is refused', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-bench-'));
    writeFileSync(path.join(folder, 'one.bench.ts'), "export const benchmark = { name: 'other' };");
    await expect(loadBenchmark(folder, 'one')).rejects.toThrow('names itself other');
    rmSync(folder, { recursive: true });
  });

  it('a peer that apt does not have is named with how to get it', async () => {
    const peer = { name: 'scanner', find: () => undefined, hint: 'build it from its sources' };
    const { benchmark } = scripted([], [], { peer });
    expect(await installPeer(benchmark)).toEqual({
      ok: false,
      said: 'question: scanner is missing: build it from its sources',
    });
  });
});
