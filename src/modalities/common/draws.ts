import { usableFrom } from '../../chart/index.ts';
import {
  addDays,
  daysBetween,
  DEFAULT_MODALITY_SETTINGS,
  type DrawRules,
  type Landmark,
} from '../../domain/index.ts';

/** One blood sample's results, dated. */
export interface Draw {
  /** YYYY-MM-DD. */
  readonly collectedOn: string;
  /** From when a visit may use it: collected and issued (notes: usable iff max(collected, issued) <= t). */
  readonly usableFrom: string;
}

/** The statistical contract's. */
export const DRAW_RULES: DrawRules = DEFAULT_MODALITY_SETTINGS.draws;

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
  | {
      readonly status: 'present';
      readonly latest: T;
      readonly baseline?: T;
      /** The usable ones after surgery, one a day, oldest first; `latest` is the last. */
      readonly postoperative: readonly T[];
    }
  | { readonly status: 'absent'; readonly reason: 'no-data' | 'not-yet-usable' }
  | { readonly status: 'too-old'; readonly latest: T };

const latestOf = <T extends Draw>(draws: readonly T[]): T | undefined =>
  draws.reduce<T | undefined>(
    (best, draw) => (best === undefined || draw.collectedOn >= best.collectedOn ? draw : best),
    undefined,
  );

/** By day; of several of one day the last counts, as it does for the latest. */
const oneADay = <T extends Draw>(draws: readonly T[]): readonly T[] =>
  [...new Map(draws.map((draw) => [draw.collectedOn, draw])).values()].sort((a, b) =>
    a.collectedOn < b.collectedOn ? -1 : 1,
  );

const isBaseline = (landmark: Landmark, rules: DrawRules): ((draw: Draw) => boolean) => {
  const first = addDays(landmark.surgeryDate, -rules.baselineWindowDays);
  return ({ collectedOn }) =>
    collectedOn <= landmark.surgeryDate &&
    collectedOn >= first &&
    (landmark.lastNeoadjuvantDose === undefined || collectedOn > landmark.lastNeoadjuvantDose);
};

/**
 * The usable postoperative draws, the latest above all, and the baseline: after the last neoadjuvant dose, within 60
 * days before the incision. Draws of one day have to come in the order in which they count.
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
  const counted = oneADay(usable.filter(postoperative));
  const latest = counted.at(-1);
  if (latest === undefined)
    return { status: 'absent', reason: draws.some(postoperative) ? 'not-yet-usable' : 'no-data' };
  if (daysBetween(latest.collectedOn, landmark.date) > rules.maxAgeDays) return { status: 'too-old', latest };
  const baseline = latestOf(usable.filter(isBaseline(landmark, rules)));
  return { status: 'present', latest, postoperative: counted, ...(baseline !== undefined && { baseline }) };
}
