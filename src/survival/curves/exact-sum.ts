/**
 * A sum to which terms are added and taken out again: twice the digits of a double, so that what is small comes out
 * whole after what was large has left.
 *
 * @see Neumaier 1974, doi:10.1002/zamm.19740540106
 */
export class ExactSum {
  private sum = 0;
  private lost = 0;

  add(term: number): void {
    const next = this.sum + term;
    this.lost += Math.abs(this.sum) >= Math.abs(term) ? this.sum - next + term : term - next + this.sum;
    this.sum = next;
  }

  get value(): number {
    return this.sum + this.lost;
  }
}
