import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createProgram, exitCodeOf } from '../../../src/cli/index.ts';
import { describeWithData } from '../../setup/requires.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
  readonly text: string;
}

const run = async (args: readonly string[], env: Record<string, string> = {}): Promise<Said> => {
  let [out, notes] = ['', ''];
  const program = createProgram({
    env,
    out: (text) => (out += text),
    note: (text) => (notes += `${text}\n`),
    stopped: new Promise(() => undefined),
  });
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: (text) => (out += text), writeErr: (text) => (notes += text) });
  try {
    await program.parseAsync(['node', 'recurrence-cds', 'evaluate', ...args]);
    return { code: 0, out, notes, text: '' };
  } catch (error) {
    const { code, text = '' } = exitCodeOf(error);
    return { code, out, notes, text };
  }
};

describe('evaluate: help and errors', () => {
  it('--help says where the data come from and how long it takes', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('RECURRENCE_DATA');
    expect(out).toContain('doi:10.21228/M85P57');
    expect(out).toMatch(/minutes of processor time/);
  });

  it.each([
    [
      'a data set that there is not',
      ['st999999'],
      2,
      /COMMAND_INVALID.*no data set st999999; there is st000369/,
    ],
    [
      'no seeds',
      ['st000369', '--seeds', '0'],
      2,
      /COMMAND_INVALID.*--seeds must be a whole number of at least 1/,
    ],
    ['seeds that are no number', ['st000369', '--seeds', 'many'], 2, /COMMAND_INVALID.*--seeds/],
    ['no threads', ['st000369', '--threads', '0'], 2, /COMMAND_INVALID.*--threads/],
    ['no RECURRENCE_DATA', ['st000369'], 1, /DATA_SET_INVALID.*RECURRENCE_DATA is not set.*M85P57/],
  ])('%s', async (_what, args, code, text) => {
    const said = await run(args);
    expect([said.code, said.out]).toEqual([code, '']);
    expect(said.text).toMatch(text);
  });

  it('a folder without the data: the file is named', async () => {
    const said = await run(['ST000369'], { RECURRENCE_DATA: '/nonexistent' });
    expect([said.code, said.out]).toEqual([1, '']);
    expect(said.text).toMatch(/DATA_SET_INVALID.*ST000369\.xlsx is not there/);
  });
});

const area = z.number().min(0).max(1);
const interval = z.strictObject({ value: area, lower: area, upper: area });
const matrix = z.strictObject({
  pipeline: z.strictObject({
    matrix: z.enum(['serum', 'plasma']),
    areas: z.array(area).length(1),
    mean: area,
    ofMeanScores: interval,
    nullAreas: z.array(area).length(2),
  }),
});
const json = z.strictObject({
  dataSet: z.literal('st000369'),
  files: z.array(
    z.strictObject({ file: z.string(), sha256: z.string().length(64), asKnown: z.literal(true) }),
  ),
  attemptsBefore: z.int(),
  candidates: z.int(),
  seed: z.int(),
  recipe: z.strictObject({
    forest: z.array(area).length(2),
    forestMean: area,
    pls: z.strictObject({ train: interval, test: interval }),
  }),
  serum: matrix,
  plasma: matrix,
});

describeWithData('evaluate st000369 --quick', (data) => {
  const out = mkdtempSync(path.join(tmpdir(), 'evaluate-'));
  afterAll(() => {
    rmSync(out, { recursive: true });
  });

  it('--json prints the numbers and nothing else; --out writes pictures and the page', async () => {
    const args = ['st000369', '--quick', '--seeds', '2', '--threads', '1', '--json', '--out', out];
    const said = await run(args, { RECURRENCE_DATA: data });
    expect([said.code, said.text]).toEqual([0, '']);
    json.parse(JSON.parse(said.out));
    expect(said.notes).toContain('8 pictures and report.html');
    for (const name of ['roc', 'auc-over-seeds', 'serum-volcano', 'plasma-heat-map', 'serum-importance']) {
      expect(readFileSync(path.join(out, `${name}.svg`), 'utf8')).toMatch(/^<svg/);
      expect(existsSync(path.join(out, `${name}.png`))).toBe(true);
    }
    const page = readFileSync(path.join(out, 'report.html'), 'utf8');
    expect(page).toContain('after 30 had been tried on these same samples');
    expect(page.match(/<figure>/g)).toHaveLength(8);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  }, 120_000);
});
