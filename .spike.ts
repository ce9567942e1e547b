import { crossFitCt, QUICK_CT_SETTINGS, CT_SETTINGS } from '/work/wt/trainer/src/learning/ct/index.ts';
import { createRandom } from '/work/wt/trainer/src/numerics/index.ts';
import { concordanceIndex } from '/work/wt/trainer/src/survival/index.ts';
import { ctCohort } from '/work/wt/trainer/tests/unit/learning/ct-cohort.ts';
const over = JSON.parse(process.argv[2] ?? '{}');
const { patients = 120, effect = 1.2, seeds = 2, quick = true, verbose = false, network = {}, threads = 1, ...rest } = over;
const base = quick ? QUICK_CT_SETTINGS : CT_SETTINGS;
const settings = { ...base, ...rest, network: { ...base.network, ...network } };
for (let seed = 0; seed < seeds; seed++) {
  const cohort = ctCohort({ patients, sizeVoxels: settings.network.sizeVoxels, effect, seed: 5 + seed });
  const u = process.cpuUsage(), a = performance.now();
  const f = await crossFitCt(cohort.pairs, cohort.data, cohort.folds, settings, { random: createRandom(1), threads, progress: (p) => { if (verbose) console.log(p.fold, p.epoch, p.lossTrain.toFixed(3), p.deviance.toFixed(3), p.secondsLeft.toFixed(0)); } });
  const c = process.cpuUsage(u);
  console.log('C', concordanceIndex(cohort.data, f.crossFitted).concordance.toFixed(3), 'events', cohort.data.event.reduce((x, y) => x + y, 0), 'best', f.folds.map((x) => x.epochs).join(), 'sd', f.folds.map((x) => x.scoreSd.toFixed(2)).join(), 'wall', ((performance.now() - a) / 1000).toFixed(1), 'cpu', ((c.user + c.system) / 1e6).toFixed(1), 'rss', (process.resourceUsage().maxRSS / 1024).toFixed(0));
}
