import { add, div, mul, sqrt, sub } from './arithmetic.ts';
import { expand, reshape } from './layout.ts';
import { reduceMean, reduceSum, reduceSumSquare } from './reductions.ts';
import { describe, elements, fixed, requireShape } from './shape.ts';
import { refuse, type Tensor } from './tape.ts';

export interface GroupNorm {
  readonly groups: number;
  /** Added to the variance; 1e-5 where not given. */
  readonly epsilon?: number;
}

/**
 * Values of groups of channels, centred and scaled to a variance of 1 within a sample, then scaled and shifted by
 * channel (Wu 2018, doi:10.1007/978-3-030-01261-8_1). The variance is taken of the centred values, so that a mean far
 * from 0 costs no digits.
 *
 * @param x [N, C, z, y, x]
 * @param scale [C]
 * @param shift [C]
 * @throws {CdsError} ONNX_INVALID where groups do not divide the channels
 */
export function groupNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { groups, epsilon = 1e-5 }: GroupNorm,
): Tensor {
  const { tape } = x;
  const [batch = 1, channels] = x.shape;
  const c = fixed(channels);
  if (c % groups !== 0) refuse(`${groups} groups do not divide ${describe(x.shape)}`);
  requireShape(scale, [c], 'the scale');
  requireShape(shift, [c], 'the shift');
  const voxels = elements(x.shape.slice(2));
  const count = (c / groups) * voxels;
  const byGroup = [batch, groups, count];
  const byChannel = [batch, c, voxels];
  const perChannel = (one: Tensor): Tensor => reshape(one, [1, c, 1]);
  /** [N, G, 1] to [N, G, C / G], where it is multiplied by channel. */
  const weighed = (ofGroup: Tensor, ofChannel: Tensor): Tensor =>
    reshape(mul(ofGroup, reshape(ofChannel, [1, groups, c / groups])), [batch, c, 1]);

  const made = tape.withoutGradients(() => {
    const values = reshape(x, byGroup);
    const centred = sub(values, reduceMean(values, [2]));
    const variance = mul(reduceSumSquare(centred, [2]), tape.scalar(1 / count));
    const inverseSd = div(tape.scalar(1), sqrt(add(variance, tape.scalar(epsilon))));
    const flat = reshape(centred, byChannel);
    const y = reshape(add(mul(flat, weighed(inverseSd, scale)), perChannel(shift)), x.shape);
    return { flat, inverseSd, y };
  });

  return tape.record(made.y.name, [x, scale, shift], x.shape, (upstream) => {
    const { flat, inverseSd } = made;
    const d = reshape(upstream, byChannel);
    const sums = reduceSum(d, [2]);
    const products = reduceSum(mul(d, flat), [2]);
    const n = fixed(batch);
    const ofGroups = (one: Tensor): Tensor => reshape(one, [n, groups, c / groups]);
    const overSamples = (one: Tensor): Tensor => reshape(reduceSum(one, [0]), [c]);
    const toShift = overSamples(sums);
    const toScale = overSamples(reshape(mul(ofGroups(products), inverseSd), [n, c, 1]));
    if (!x.differentiable) return [undefined, toScale, toShift];
    // With u = centred / sd and g = scale: dx = (g d - mean(g d) - u mean(g d u)) / sd, means over the group.
    const mean = (one: Tensor): Tensor =>
      mul(
        reduceSum(mul(ofGroups(one), reshape(scale, [1, groups, c / groups])), [2]),
        tape.scalar(1 / count),
      );
    const spreadOut = (one: Tensor): Tensor => reshape(expand(one, [n, groups, c / groups]), [n, c, 1]);
    const cubed = mul(inverseSd, mul(inverseSd, inverseSd));
    const slope = spreadOut(mul(mean(products), cubed));
    const offset = spreadOut(mul(mean(sums), inverseSd));
    const dx = sub(sub(mul(d, weighed(inverseSd, scale)), mul(flat, slope)), offset);
    return [reshape(dx, x.shape), toScale, toShift];
  });
}
