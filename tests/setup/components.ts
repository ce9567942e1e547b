/**
 * The programs that tests need and npm cannot bring. One entry each: how it is called, its Debian package, and,
 * where it is a server, how it is started. The global setup finds, installs and starts them all before the
 * tests; a test asks for one with `describeWith` (requires.ts).
 */
import { ORTHANC_FOLDERS, ORTHANC_PACKAGES, orthancIsWhole, startOrthanc } from './orthanc.ts';
import { provideProgram, type AptPackages } from './programs.ts';
import { PYTHON_FOLDERS, PYTHON_PACKAGES, pythonIsWhole } from './python.ts';
import { R_PACKAGES, rIsWhole } from './r.ts';
import { startRedis } from './redis.ts';
import type { RunningService } from './service.ts';

interface ComponentSpec {
  /** The program on PATH. */
  readonly program: string;
  readonly aptPackage: AptPackages;
  /** Where to look instead of on PATH, folders with ':' between them. */
  readonly searchPath?: string;
  /** Has the program that was found all that the tests need of it? */
  readonly isWhole?: (program: string) => Promise<boolean>;
  /** A server: started once for the whole run. Without it the address is the program's path. */
  readonly start?: (program: string) => Promise<RunningService>;
}

export const COMPONENTS = {
  'redis-server': {
    program: 'redis-server',
    aptPackage: 'redis-server',
    start: (program) => startRedis({ program }),
  },
  r: { program: 'Rscript', aptPackage: R_PACKAGES, isWhole: rIsWhole },
  python: {
    program: 'python3',
    aptPackage: PYTHON_PACKAGES,
    searchPath: PYTHON_FOLDERS,
    isWhole: pythonIsWhole,
  },
  dcm2niix: { program: 'dcm2niix', aptPackage: 'dcm2niix' },
  orthanc: {
    program: 'Orthanc',
    aptPackage: ORTHANC_PACKAGES,
    searchPath: ORTHANC_FOLDERS,
    isWhole: orthancIsWhole,
    start: (program) => startOrthanc({ program }),
  },
} as const satisfies Record<string, ComponentSpec>;

export type ComponentName = keyof typeof COMPONENTS;

/** What a test gets to know: where the component is, or why it is not there. */
export type ComponentState =
  { readonly state: 'ready'; readonly address: string } | { readonly state: 'missing'; readonly why: string };

export interface StartedComponent {
  readonly state: ComponentState;
  stop(): Promise<void>;
}

const nothingToStop = (): Promise<void> => Promise.resolve();
export const missing = (why: string): StartedComponent => ({
  state: { state: 'missing', why },
  stop: nothingToStop,
});

/** Finds (or installs) one component and starts it; never rejects: what is missing is a state. */
export async function startComponent(spec: ComponentSpec): Promise<StartedComponent> {
  const provided = await provideProgram(spec.program, spec.aptPackage, spec);
  if (!provided.ok) return missing(provided.why);
  if (spec.start === undefined) {
    return { state: { state: 'ready', address: provided.program }, stop: nothingToStop };
  }
  try {
    const service = await spec.start(provided.program);
    return { state: { state: 'ready', address: service.address }, stop: () => service.stop() };
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error));
  }
}
