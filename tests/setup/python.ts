/**
 * Debian's Python with what our numbers are held against: pydicom with GDCM (decoding), NumPy and SciPy (volumes,
 * resampling). PyTorch is not among it: gradients are held against committed fixtures, benchmarks look for it themselves.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './programs.ts';

const MODULES = ['numpy', 'scipy', 'pydicom', 'gdcm'];

/** A module a package. */
export const PYTHON_PACKAGES = ['python3', ...MODULES.map((name) => `python3-${name}`)];

/** Where Debian's is: another on PATH would not see Debian's packages. */
export const PYTHON_FOLDERS = '/usr/bin';

const CHECK_TIMEOUT_MS = 60_000;

export const pythonIsWhole = async (program: string): Promise<boolean> =>
  (await run(program, ['-c', `import ${MODULES.join(', ')}`], CHECK_TIMEOUT_MS)).ok;

/** Ways from Python to the test: `d` is what was given; `result` is taken back as JSON; `folder` is for files. */
const PRELUDE = "import json, os\nfolder = os.getcwd()\nd = json.load(open('data.json'))\n";
const POSTLUDE = "\njson.dump(result, open('result.json', 'w'))\n";

/**
 * What Python answers. Large arrays are written to a file in `folder` (`array.tofile('hu.raw')`) and read by `read`.
 *
 * @param python the path of python3, as `describeWith('python', ...)` gives it
 */
export async function runPython<T>(
  python: string,
  script: string,
  data: unknown,
  read: (result: T, folder: string) => T = (result) => result,
  timeoutMs = 120_000,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'python-'));
  try {
    writeFileSync(path.join(folder, 'data.json'), JSON.stringify(data));
    writeFileSync(path.join(folder, 'script.py'), `${PRELUDE}${script}${POSTLUDE}`);
    const { ok, said } = await run('env', ['-C', folder, python, path.join(folder, 'script.py')], timeoutMs);
    if (!ok) throw new Error(`Python: ${said.trim()}`);
    return read(JSON.parse(readFileSync(path.join(folder, 'result.json'), 'utf8')) as T, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
