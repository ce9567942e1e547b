/**
 * R with the packages our numbers are held against: survival (Cox and the rest), glmnet, ranger, riskRegression
 * (AUC and Brier), cluster and mclust; jsonlite carries the numbers over.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './programs.ts';

const LIBRARIES = ['survival', 'glmnet', 'ranger', 'riskRegression', 'cluster', 'mclust', 'jsonlite'];

/** Debian's: R, and a package a library. */
export const R_PACKAGES = ['r-base-core', ...LIBRARIES.map((name) => `r-cran-${name.toLowerCase()}`)];

const CHECK_TIMEOUT_MS = 60_000;

/** Does this R have all the libraries? */
export const rIsWhole = async (program: string): Promise<boolean> => {
  const names = LIBRARIES.map((name) => `'${name}'`).join(', ');
  const expression = `quit(status = !all(nzchar(sapply(c(${names}), function(n) system.file(package = n)))))`;
  return (await run(program, ['--vanilla', '-e', expression], CHECK_TIMEOUT_MS)).ok;
};

const PRELUDE = "suppressMessages(library(jsonlite)); d <- fromJSON('data.json')\n";
// 17 significant digits: every double comes back as it was.
const POSTLUDE =
  "\nwrite(toJSON(result, digits = I(17), auto_unbox = TRUE, null = 'null', na = 'string'), 'result.json')\n";

/**
 * What R answers. The script finds its input as `d` and leaves a list in `result`; numbers are carried over in full,
 * vectors of one as numbers, NA, NaN and infinities as texts. One call takes about half a second and more: ask for
 * all that a test file needs at once.
 *
 * @param rscript the path of Rscript, as `describeWith('r', ...)` gives it
 */
export async function runR<T>(
  rscript: string,
  script: string,
  data: unknown,
  timeoutMs = 120_000,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'r-'));
  try {
    writeFileSync(path.join(folder, 'data.json'), JSON.stringify(data));
    writeFileSync(
      path.join(folder, 'script.R'),
      `setwd(${JSON.stringify(folder)})\n${PRELUDE}${script}${POSTLUDE}`,
    );
    const { ok, said } = await run(rscript, ['--vanilla', path.join(folder, 'script.R')], timeoutMs);
    if (!ok) throw new Error(`R: ${said.trim()}`);
    return JSON.parse(readFileSync(path.join(folder, 'result.json'), 'utf8')) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
