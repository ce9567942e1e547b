import { type CtFile, type DicomJson, dicomJson, type SimulatedCtStudy } from '../../simulation/index.ts';

/** An instance as the archive tells of it. */
export interface Instance {
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly header: DicomJson;
}

export interface Series {
  readonly seriesInstanceUid: string;
  readonly instances: readonly Instance[];
}

export interface Study {
  readonly studyInstanceUid: string;
  readonly series: readonly Series[];
}

/** Where a resource lies; what is absent is not asked for. */
export interface Path {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
}

export interface Archive {
  /** Whole studies; all where no UID and no patient is given. */
  studies(studyInstanceUid?: string, patientId?: string): readonly Study[];
  /** Files of a study, as they are stored or in Explicit VR Little Endian; undefined where there are none. */
  files(path: Path & { readonly study: string }, form: Form): readonly CtFile[] | undefined;
}

export type Form = 'stored' | 'explicit';

/** Studies whose files are kept, some 3 MB each. */
const KEPT = 6;

/** The last that were asked for. */
class Recent<T> {
  readonly #kept = new Map<string, T>();

  get(key: string, make: () => T): T {
    const value = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, value);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return value;
  }
}

const seriesOf = (files: readonly CtFile[]): Series[] =>
  [...Map.groupBy(files, ({ seriesInstanceUid }) => seriesInstanceUid)].map(
    ([seriesInstanceUid, members]) => ({
      seriesInstanceUid,
      instances: members.map(({ sopInstanceUid, bytes }) => ({
        sopInstanceUid,
        seriesInstanceUid,
        header: dicomJson(bytes),
      })),
    }),
  );

/** Simulated studies, made when they are asked for: headers are then kept, and the files of the last few. */
export function createArchive(simulated: Iterable<SimulatedCtStudy>): Archive {
  const byUid = new Map(Array.from(simulated, (study) => [study.studyInstanceUid, study] as const));
  const headers = new Map<string, Study>();
  const recent = new Recent<readonly CtFile[]>();

  const filesOf = (study: SimulatedCtStudy, form: Form): readonly CtFile[] =>
    recent.get(`${form} ${study.studyInstanceUid}`, () => [
      ...(form === 'stored' ? study.files : study.explicitFiles),
    ]);

  const read = (study: SimulatedCtStudy): Study => {
    const { studyInstanceUid } = study;
    const known = headers.get(studyInstanceUid);
    if (known !== undefined) return known;
    const made = { studyInstanceUid, series: seriesOf(filesOf(study, 'stored')) };
    headers.set(studyInstanceUid, made);
    return made;
  };

  return {
    studies: (studyInstanceUid, patientId) =>
      [...byUid.values()]
        .filter((study) => studyInstanceUid === undefined || study.studyInstanceUid === studyInstanceUid)
        .filter((study) => patientId === undefined || study.patientId === patientId)
        .map(read),

    files: ({ study: uid, series, instance }, form) => {
      const study = byUid.get(uid);
      if (study === undefined) return undefined;
      const files = filesOf(study, form).filter(
        (file) =>
          (series === undefined || file.seriesInstanceUid === series) &&
          (instance === undefined || file.sopInstanceUid === instance),
      );
      return files.length === 0 ? undefined : files;
    },
  };
}
