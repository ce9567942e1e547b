import { CdsError } from '../../../domain/index.ts';
import type { StoredPixels } from '../contract.ts';
import { writeSheared, type PixelShift } from './corrections.ts';
import type { Task } from './decoding.ts';
import { HuWriter, type HuArray, type Rescale, type Target } from './hounsfield.ts';
import { requireRoom, type Plan } from './plan.ts';

/** The array that fills up, and may have to become a wider one. */
export class Filling {
  readonly #plan: Plan;
  readonly #writer = new HuWriter();
  #hu: HuArray;
  #slice: HuArray | undefined;
  paddedVoxels = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#hu = this.#allocate(plan.whole);
  }

  get hu(): HuArray {
    return this.#hu;
  }

  #allocate(whole: boolean): HuArray {
    const [nx, ny, nz] = this.#plan.size;
    return whole ? new Int16Array(nx * ny * nz) : new Float32Array(nx * ny * nz);
  }

  /** A value does not fit in 16 bits: what is there is kept in 32. */
  #widen(): void {
    const { stack, size, maximumBytes } = this.#plan;
    requireRoom(size[0] * size[1] * stack.slices.length, false, maximumBytes);
    const wider = this.#allocate(false);
    wider.set(this.#hu);
    this.#hu = wider;
    this.#slice = undefined;
  }

  /** Where the pixels of the grid go in the volume: flipped and turned to x, y, z. */
  #target(index: number): Target {
    const [nx, ny] = this.#plan.size;
    const { rowAxis, rowSign, columnSign } = this.#plan.stack.placement;
    const { rows, columns } = this.#plan.grid;
    const [columnStep, rowStep] = rowAxis === 0 ? [rowSign, columnSign * nx] : [rowSign * nx, columnSign * 1];
    const flipped = (sign: number, step: number, count: number): number =>
      sign < 0 ? -step * (count - 1) : 0;
    const start =
      index * nx * ny + flipped(rowSign, columnStep, columns) + flipped(columnSign, rowStep, rows);
    return { hu: this.#hu, start, columnStep, rowStep };
  }

  #writeSheared(task: Task, pixels: StoredPixels, shift: PixelShift): boolean {
    const { rows, columns } = this.#plan.geometry;
    this.#slice ??= new (this.#hu instanceof Int16Array ? Int16Array : Float32Array)(rows * columns);
    const target = { hu: this.#slice, start: 0, columnStep: 1, rowStep: columns };
    const { padded, overflow } = this.#writer.write(pixels, task.entry.slice, this.#rescale(task), target);
    if (overflow) return false;
    const size = { rows, columns };
    this.paddedVoxels +=
      padded + writeSheared(this.#slice, size, shift, this.#plan.grid, this.#target(task.index));
    return true;
  }

  #rescale({ entry }: Task): Rescale {
    const rescale = this.#plan.rescales.get(entry);
    if (rescale === undefined) throw new CdsError('INTERNAL', 'A slice without its rescale.');
    return rescale;
  }

  #tryToWrite(task: Task, pixels: StoredPixels): boolean {
    const shift = this.#plan.shifts?.[task.index];
    if (shift !== undefined) return this.#writeSheared(task, pixels, shift);
    const target = this.#target(task.index);
    const { padded, overflow } = this.#writer.write(pixels, task.entry.slice, this.#rescale(task), target);
    if (!overflow) this.paddedVoxels += padded;
    return !overflow;
  }

  write(task: Task, pixels: StoredPixels): void {
    if (this.#tryToWrite(task, pixels)) return;
    this.#widen();
    this.#tryToWrite(task, pixels);
  }
}
