import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CdsError, DAYS_PER_MONTH } from '../../domain/index.ts';

/** What a simulated cohort knows of a patient and no chart does; read for evaluation only. */
export interface OracleRow {
  /** Months to recurrence or death, whether or not anybody saw it. */
  readonly eventMonths: number;
  /** The true P(event within 24 months | event-free at 3 months, latent state). */
  readonly trueRisk24: number;
}

interface TruthLine {
  readonly patient: string;
  readonly eventDays: number;
  readonly risks: readonly {
    readonly landmarkMonths: number;
    readonly horizonMonths: number;
    readonly risk: number;
  }[];
}

/**
 * The oracle of a simulated cohort; undefined where there is none, as with real patients.
 *
 * @throws {CdsError} COHORT_INVALID
 */
export function readOracle(directory: string): ReadonlyMap<string, OracleRow> | undefined {
  const file = path.join(directory, 'oracle', 'truth.ndjson');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line, index) => {
      try {
        return oracleRow(JSON.parse(line) as TruthLine);
      } catch (cause) {
        throw new CdsError('COHORT_INVALID', `oracle/truth.ndjson, line ${String(index + 1)}`, { cause });
      }
    }),
  );
}

const oracleRow = ({ patient, eventDays, risks }: TruthLine): [patient: string, OracleRow] => {
  const risk = risks.find((each) => each.landmarkMonths === 3 && each.horizonMonths === 24)?.risk;
  if (risk === undefined || !Number.isFinite(eventDays)) throw new CdsError('COHORT_INVALID');
  return [patient, { eventMonths: eventDays / DAYS_PER_MONTH, trueRisk24: risk }];
};
