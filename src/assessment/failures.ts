import { asCdsError, type Assessment, type ErrorCode, type ModalityReason } from '../domain/index.ts';

/** What an error of extraction means for its modality, where it is about images; a modality may do without them. */
const REASONS: Readonly<Partial<Record<ErrorCode, ModalityReason>>> = {
  PACS_UNREACHABLE: 'images-unavailable',
  PACS_TIMEOUT: 'images-unavailable',
  PACS_REFUSED: 'images-unavailable',
  PACS_NOT_FOUND: 'images-unavailable',
  PACS_NOT_ACCEPTABLE: 'images-unavailable',
  PACS_ANSWER_INVALID: 'images-unavailable',
  PACS_INCOMPLETE: 'images-unavailable',
  PACS_NOT_ALLOWED: 'images-unavailable',
  SPOOL_UNAVAILABLE: 'images-unavailable',
  PACS_TOO_LARGE: 'images-unsuitable',
  DICOM_INVALID: 'images-unreadable',
  DICOM_TRUNCATED: 'images-unreadable',
  DICOM_UNSUPPORTED: 'images-unreadable',
  DICOM_TOO_LARGE: 'images-unreadable',
  CT_NO_SERIES: 'no-suitable-series',
  CT_SERIES_MIXED: 'images-unsuitable',
  CT_SLICES_MISSING: 'images-unsuitable',
  CT_SLICES_DUPLICATE: 'images-unsuitable',
  CT_GANTRY_TILTED: 'images-unsuitable',
  CT_NOT_AXIAL: 'images-unsuitable',
  CT_GEOMETRY_INVALID: 'images-unsuitable',
  CT_NO_LUNGS: 'images-unsuitable',
  CT_IDENTITY_MISMATCH: 'identity-mismatch',
};

/** Away, not wrong: the same evidence may give a score later. */
const CAN_HEAL: ModalityReason = 'images-unavailable';

/** A result that was made without images which its archive did not give: worth another try, at a visit. */
export const lacksWhatMayCome = ({ modalities }: Assessment): boolean =>
  modalities.some((outcome) => outcome.status !== 'present' && outcome.reason === CAN_HEAL);

/** Does a modality only lack its images? Then the others give their risk without it. */
export const lacksImages = (code: ErrorCode): boolean => REASONS[code] !== undefined;

/**
 * Why a modality gives no score, where the others may give their risk without it; undefined where the whole assessment
 * has to be tried again.
 */
export const failureReason = (error: unknown): ModalityReason | undefined => {
  const { code, kind } = asCdsError(error);
  return REASONS[code] ?? (kind.retryable ? undefined : 'failed');
};

/** Those that are there and were found not to do, against those that are not there. */
export const statusOfFailure = (reason: ModalityReason): 'absent' | 'rejected' =>
  reason === 'failed' || reason === CAN_HEAL ? 'absent' : 'rejected';

/** What failed a moment ago is not tried again by the fusion that follows: fetching hundreds of slices takes long. */
const REMEMBERED_MS = 120_000;
const MOST_REMEMBERED = 1000;

/** Of this process, by the name of the score that could not be made. */
export function createRecentFailures(now: () => number) {
  const failures = new Map<string, { readonly reason: ModalityReason; readonly at: number }>();
  return {
    remember: (fingerprint: string, reason: ModalityReason): void => {
      failures.delete(fingerprint);
      failures.set(fingerprint, { reason, at: now() });
      const [oldest] = failures.keys();
      if (failures.size > MOST_REMEMBERED && oldest !== undefined) failures.delete(oldest);
    },
    recent: (fingerprint: string): ModalityReason | undefined => {
      const failure = failures.get(fingerprint);
      return failure !== undefined && now() - failure.at < REMEMBERED_MS ? failure.reason : undefined;
    },
  };
}
