/** The reader of ST000369 refuses what is missing or changed, and tells what is not byte for byte the known file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, cp, chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSt000369 } from '../../../../src/learning/published/index.ts';
import { describeWithData } from '../../../setup/requires.ts';

const INSIDE = path.join('omics', 'metabolomics_cimcb');

describeWithData('reading ST000369', (folder) => {
  let copy: string;
  let workbook: string;
  let split: string;
  beforeEach(async () => {
    copy = mkdtempSync(path.join(tmpdir(), 'st000369-'));
    workbook = path.join(copy, INSIDE, 'ST000369.xlsx');
    split = path.join(copy, INSIDE, 'ST000369_published_split_rs87.csv');
    for (const file of [workbook, split]) {
      await cp(path.join(folder, INSIDE, path.basename(file)), file);
      await chmod(file, 0o644);
    }
  });
  afterEach(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  const refused = async (message: string | RegExp): Promise<void> => {
    await expect(readSt000369(copy)).rejects.toMatchObject({
      code: 'DATA_SET_INVALID',
      message: expect.stringMatching(message) as string,
    });
  };
  const changeSplit = async (change: (lines: string[]) => string[]): Promise<void> => {
    await writeFile(split, `${change((await readFile(split, 'utf8')).trim().split(/\r?\n/)).join('\n')}\n`);
  };

  it('a file that is not there', async () => {
    await rm(split);
    await refused('ST000369_published_split_rs87.csv is not there');
    await rm(workbook);
    await refused('ST000369.xlsx is not there');
  });

  it('a workbook that is none', async () => {
    await writeFile(workbook, 'not a workbook');
    await refused('ST000369.xlsx is not an Excel workbook');
  });

  it('another workbook: it has not the sheets, or not the samples', async () => {
    await cp(path.join(folder, INSIDE, 'MTBLS161.xlsx'), workbook, { force: true });
    await refused(/metabolites|sheet|column/);
  });

  it.each([
    ['a sample is missing', (lines: string[]) => lines.slice(0, -1), /has 79 of 80 serum samples/],
    ['a sample comes twice', (lines: string[]) => [...lines, lines[1] ?? ''], /is no sample of the workbook/],
    [
      'a label differs',
      (lines: string[]) => lines.map((line) => line.replace(/,1\.0$/, ',0.0')),
      /is no sample of the workbook/,
    ],
    [
      'a set that is none',
      (lines: string[]) => lines.map((line) => line.replace(',test,', ',holdout,')),
      /names no set/,
    ],
  ])('a split where %s', async (_what, change, message) => {
    await changeSplit(change);
    await refused(message);
  });

  it('the same content in other bytes is read, and told', async () => {
    await appendFile(split, '\n');
    const { files, split: read } = await readSt000369(copy);
    expect(files.map(({ asKnown }) => asKnown)).toEqual([true, false]);
    expect(read).toEqual((await readSt000369(folder)).split);
  });
});
