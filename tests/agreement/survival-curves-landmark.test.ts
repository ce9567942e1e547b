import { beforeAll, expect, it } from 'vitest';
import { fitCox, type Measurements, stackLandmarks, type SurvivalData } from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';
import { closeTo, type RNumber } from './survival-curves.ts';

const LANDMARKS = [0, 90, 180, 365, 730];
const HORIZON = 365;

// pbc's visits: bilirubin and albumin over time, known 14 days after the visit.
const SCRIPT = `suppressMessages(library(survival))
base <- subset(survival::pbc, id <= 200); visits <- survival::pbcseq
base$entry <- base$id %% 5 * 40; base <- base[base$time > base$entry, ]; base$dead <- 1 * (base$status == 2)
visits <- visits[visits$id %in% base$id, ]; visits$known <- visits$day + 14
long <- rbind(data.frame(id = visits$id, column = 0, value = log(visits$bili), day = visits$day, known = visits$known),
  data.frame(id = visits$id, column = 1, value = visits$albumin, day = visits$day, known = visits$known))
split <- survSplit(Surv(entry, time, dead) ~ ., base, cut = d$landmarks, start = 'from', end = 'to', event = 'died', episode = 'part')
latest <- function(id, column, s, age) { seen <- long[long$id == id & long$column == column & long$known <= s, ]
  if (nrow(seen) == 0) return(NA); last <- seen[which.max(seen$day), ]
  if (s - last$day > age) NA else last$value }
rows <- do.call(rbind, lapply(d$landmarks, function(s) {
  # survSplit's pieces that start at s, or lie at risk over it: those at risk just after s.
  here <- unique(split$id[split$from <= s & split$to > s])
  at <- base[base$id %in% here, ]
  data.frame(id = at$id, s = s, to = pmin(at$time, s + d$horizon), died = at$dead * (at$time <= s + d$horizon),
    bili = sapply(at$id, latest, 0, s, d$age), albumin = sapply(at$id, latest, 1, s, Inf), age = at$age) }))
model <- rows[!is.na(rows$bili), ]; model$y <- model$s / 365
fit <- coxph(Surv(s, to, died) ~ bili + I(bili * y) + age + y + I(y^2), model, cluster = id, ties = 'breslow')
fromS <- coxph(Surv(to - s, died) ~ bili + I(bili * y) + age + strata(s), model, cluster = id, ties = 'efron')
result <- list(base = base[c('id', 'entry', 'time', 'dead', 'age')], long = long, rows = rows,
  coefficients = unname(coef(fit)), variance = c(fit$var), fromS = unname(coef(fromS)), fromSVariance = c(fromS$var))`;

interface Answers {
  base: Record<'id' | 'entry' | 'time' | 'dead' | 'age', number>[];
  long: Record<'id' | 'column' | 'value' | 'day' | 'known', number>[];
  rows: { id: number; s: number; to: number; died: number; bili: RNumber; albumin: RNumber }[];
  coefficients: number[];
  variance: number[];
  fromS: number[];
  fromSVariance: number[];
}

describeWith('r', 'stacked landmarks equal survSplit and coxph of the super-model', (rscript) => {
  let r: Answers;
  let data: SurvivalData;
  let measurements: Measurements;
  const maximumAge = 400;
  const stack = (clock: 'origin' | 'landmark', age = maximumAge) =>
    stackLandmarks({
      data,
      landmarks: Float64Array.from(LANDMARKS),
      horizon: HORIZON,
      clock,
      measurements,
      columns: 2,
      maximumAge: age,
    });

  beforeAll(async () => {
    r = await runR<Answers>(rscript, SCRIPT, { landmarks: LANDMARKS, horizon: HORIZON, age: maximumAge });
    const patientOf = new Map(r.base.map(({ id }, index) => [id, index]));
    data = {
      entry: Float64Array.from(r.base, (row) => row.entry),
      time: Float64Array.from(r.base, (row) => row.time),
      event: Uint8Array.from(r.base, (row) => row.dead),
    };
    measurements = {
      patient: Int32Array.from(r.long, (row) => patientOf.get(row.id)!),
      column: Int32Array.from(r.long, (row) => row.column),
      value: Float64Array.from(r.long, (row) => row.value),
      measured: Float64Array.from(r.long, (row) => row.day),
      usableFrom: Float64Array.from(r.long, (row) => row.known),
    };
  });

  it('rows: who is at risk, until when, with the latest usable values', () => {
    const set = stack('origin');
    expect(set.data.time.length).toBeGreaterThan(400);
    expect(Array.from(set.patient, (who) => r.base[who]!.id)).toEqual(r.rows.map(({ id }) => id));
    closeTo(
      set.data.entry!,
      r.rows.map(({ s }) => s),
    );
    closeTo(
      set.landmarkTime,
      r.rows.map(({ s }) => s),
    );
    closeTo(
      set.data.time,
      r.rows.map(({ to }) => to),
    );
    closeTo(
      Array.from(set.data.event),
      r.rows.map(({ died }) => died),
    );
    const column = (values: Float64Array, j: number) => values.filter((_, at) => at % 2 === j);
    closeTo(
      column(set.values, 0),
      r.rows.map(({ bili }) => bili),
    );
    closeTo(
      column(stack('origin', Infinity).values, 1),
      r.rows.map(({ albumin }) => albumin),
    );
    // Some have no value yet at landmark 0: results come 14 days later.
    expect(set.values.some(Number.isNaN)).toBe(true);
  });

  it.each(['origin', 'landmark'] as const)('the super-model on the clock of the %s', (clock) => {
    const set = stack(clock);
    const rows = Int32Array.from(set.patient.keys()).filter((row) => !Number.isNaN(set.values[2 * row]!));
    const years = (row: number) => set.landmarkTime[row]! / 365;
    const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
    const x = Array.from(rows, (row) => {
      const [bili, y] = [set.values[2 * row]!, years(row)];
      const shared = [bili, bili * y, r.base[set.patient[row]!]!.age];
      return clock === 'origin' ? [...shared, y, y * y] : shared;
    });
    const fit = fitCox({
      x: Float64Array.from(x.flat()),
      columns: x[0]!.length,
      data: {
        ...(set.data.entry && { entry: pick(set.data.entry) }),
        time: pick(set.data.time),
        event: Uint8Array.from(rows, (row) => set.data.event[row]!),
      },
      cluster: Int32Array.from(rows, (row) => set.patient[row]!),
      ...(clock === 'landmark' && { strata: Int32Array.from(rows, (row) => set.landmark[row]!) }),
      ties: clock === 'origin' ? 'breslow' : 'efron',
    });
    closeTo(fit.coefficients, clock === 'origin' ? r.coefficients : r.fromS, 1e-7);
    closeTo(fit.robustCovariance!, clock === 'origin' ? r.variance : r.fromSVariance, 1e-6);
  });
});
