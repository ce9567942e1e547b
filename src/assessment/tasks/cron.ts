import { Cron } from 'croner';
import { CdsError } from '../../domain/index.ts';

export interface ScheduleRule {
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
}

const cronOf = ({ cron, timeZone }: ScheduleRule): Cron =>
  new Cron(cron, { timezone: timeZone, mode: '5-or-6-parts', paused: true });

/**
 * The first moment of a rule after another one; undefined where there is none. Both adapters ask here, so that a
 * rule means the same in both, also in the nights when clocks change.
 */
export const nextRun = (rule: ScheduleRule, after: Date): Date | undefined =>
  cronOf(rule).nextRun(after) ?? undefined;

/** @throws {CdsError} CONFIG_INVALID for a pattern that is none, or that never comes */
export function requireRule(rule: ScheduleRule): void {
  let next: Date | undefined;
  try {
    next = nextRun(rule, new Date());
  } catch (cause) {
    throw new CdsError('CONFIG_INVALID', 'sweep.cron: not a cron pattern such as 0 2 * * *', { cause });
  }
  if (next === undefined) throw new CdsError('CONFIG_INVALID', 'sweep.cron: it names no time to come');
}
