import { usableFrom } from '../../chart/index.ts';
import { addDays, daysBetween, type Landmark } from '../../domain/index.ts';

/** One blood sample's results, dated. */
export interface Draw {
  /** YYYY-MM-DD. */
  readonly collectedOn: string;
  /** From when a visit may use it: collected and issued (notes: usable iff max(collected, issued) <= t). */
  readonly usableFrom: string;
}

/** Which sample counts for what; the defaults are the statistical contract's. */
export interface DrawRules {
  /** Assumed where a result has no issued time. */
  readonly turnaroundDays: number;
  /** The baseline lies at most so long before the incision. */
  readonly baselineWindowDays: number;
  /** Postoperative draws count from this day after surgery. */
  readonly firstPostoperativeDay: number;
  /** An older latest draw is too old. */
  readonly maxAgeDays: number;
}

export const DRAW_RULES: DrawRules = {
  turnaroundDays: 14,
  baselineWindowDays: 60,
  firstPostoperativeDay: 3,
  maxAgeDays: 190,
};

/** A part with another collection date of its own is of another sample, whatever report or panel names it. */
export const isOfDay =
  (collectedOn: string) =>
  ({ effectiveOn }: { readonly effectiveOn?: string }): boolean =>
    effectiveOn === undefined || effectiveOn === collectedOn;

/**
 * From when a sample that is reported in parts may be used: once the last part was collected and issued.
 *
 * @param collectedOn of the sample, for parts that have no date of their own
 */
export const usableParts = (
  collectedOn: string,
  parts: readonly { readonly effectiveOn?: string; readonly issuedOn?: string }[],
  { turnaroundDays }: DrawRules,
): string =>
  parts.reduce((last, part) => {
    const own = part.effectiveOn ?? '';
    const usable = usableFrom(
      { ...part, effectiveOn: own > collectedOn ? own : collectedOn },
      turnaroundDays,
    );
    return usable !== undefined && usable > last ? usable : last;
  }, collectedOn);

export type Choice<T extends Draw> =
  | { readonly status: 'present'; readonly latest: T; readonly baseline?: T }
  | { readonly status: 'absent'; readonly reason: 'no-data' | 'not-yet-usable' }
  | { readonly status: 'too-old'; readonly latest: T };

const latestOf = <T extends Draw>(draws: readonly T[]): T | undefined =>
  draws.reduce<T | undefined>(
    (best, draw) => (best === undefined || draw.collectedOn >= best.collectedOn ? draw : best),
    undefined,
  );

const isBaseline = (landmark: Landmark, rules: DrawRules): ((draw: Draw) => boolean) => {
  const first = addDays(landmark.surgeryDate, -rules.baselineWindowDays);
  return ({ collectedOn }) =>
    collectedOn <= landmark.surgeryDate &&
    collectedOn >= first &&
    (landmark.lastNeoadjuvantDose === undefined || collectedOn > landmark.lastNeoadjuvantDose);
};

/**
 * The latest usable postoperative draw, and the baseline: after the last neoadjuvant dose, within 60 days before
 * the incision.
 */
export function chooseDraws<T extends Draw>(
  draws: readonly T[],
  landmark: Landmark,
  rules: DrawRules,
): Choice<T> {
  const usable = draws.filter((draw) => draw.usableFrom <= landmark.date);
  const first = addDays(landmark.surgeryDate, rules.firstPostoperativeDay);
  const postoperative = (draw: Draw): boolean =>
    draw.collectedOn >= first && draw.collectedOn <= landmark.date;
  const latest = latestOf(usable.filter(postoperative));
  if (latest === undefined)
    return { status: 'absent', reason: draws.some(postoperative) ? 'not-yet-usable' : 'no-data' };
  if (daysBetween(latest.collectedOn, landmark.date) > rules.maxAgeDays) return { status: 'too-old', latest };
  const baseline = latestOf(usable.filter(isBaseline(landmark, rules)));
  return { status: 'present', latest, ...(baseline !== undefined && { baseline }) };
}
