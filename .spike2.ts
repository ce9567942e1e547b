import { crossFitCt, QUICK_CT_SETTINGS, servedFold } from './src/learning/ct/index.ts';
import { createRandom } from './src/numerics/index.ts';
import { concordanceIndex } from './src/survival/index.ts';
import { ctCohort } from './tests/unit/learning/ct-cohort.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
for (const [epochs, over] of [[10, { stemPool: true, strides: [1, 1, 1, 1], sizeVoxels: 24 }],[10, { stemPool: false, strides: [1, 2, 1, 1], sizeVoxels: 24 }]] as any) for (const seed of [5, 6]) {
  const s = { ...QUICK_CT_SETTINGS, epochs, patience: 10, batchPairs: 4, network: { ...QUICK_CT_SETTINGS.network, ...over } };
  const n = s.network.sizeVoxels;
  const c = ctCohort({ patients: 120, sizeVoxels: n, effect: 2, seed });
  const a = performance.now();
  const f = await crossFitCt(c.pairs, c.data, c.folds, s, { random: createRandom(1), threads: 2 });
  let hit = [0, 0], tot = 0, dist = [0, 0], rank = [0, 0];
  for (const m of f.folds) {
    const ss = await InferenceSession.create(servedFold(s, m), { intraOpNumThreads: 1 });
    for (const { patient, baseline, postoperative } of c.pairs) {
      if (c.folds[patient] !== m.fold || !(f.crossFitted[patient]! > 0)) continue;
      const t = (x: Float32Array) => new Tensor('float32', x.slice(), [1, 1, n, n, n]);
      const o = await ss.run({ baseline: t(baseline), postoperative: t(postoperative) });
      tot++;
      (['baseline', 'postoperative'] as const).forEach((k, w) => {
        const map = o['activation:' + k]!; const d = map.data as Float32Array; const e = map.dims[1]!;
        const cx = c.centres[patient]![k].map((q) => Math.min(e - 1, Math.floor((q + .5) * e / n))); const here = d[cx[0]! + e * (cx[1]! + e * cx[2]!)]!; rank[w]! += d.filter((v) => v > here).length / d.length; let at = 0; d.forEach((v, i) => { if (v > d[at]!) at = i; });
        const cell = n / e; const p = [at % e, Math.floor(at / e) % e, Math.floor(at / e / e)].map((q) => (q + 0.5) * cell - 0.5);
        const di = Math.hypot(...p.map((q, i) => q - c.centres[patient]![k][i]!));
        dist[w]! += di; if (di <= 1.25 * cell + 1) hit[w]!++;
      });
    }
  }
  console.log(JSON.stringify(over), 'C', concordanceIndex(c.data, f.crossFitted).concordance.toFixed(3), 'hit', hit.map((h) => (h / tot).toFixed(2)), 'rank', rank.map((h) => (h / tot).toFixed(3)), 'dist', dist.map((h) => (h / tot).toFixed(2)), ((performance.now() - a) / 1000).toFixed(1));
}
