import { setTimeout as sleep } from 'node:timers/promises';
import type { Service, Site } from '../app/index.ts';
import { CdsError } from '../domain/index.ts';
import type { Metrics } from '../platform/index.ts';

/** The demo's one tenant. */
export const demoSite = ({ core }: Pick<Service, 'core'>): Site => {
  const [site] = core.sites.values();
  if (site === undefined) throw new CdsError('INTERNAL', 'the demo has no tenant');
  return site;
};

/** How long a demo waits for what has to come. */
export const LIMIT_MS = 30_000;
const POLL_MS = 50;

/**
 * Looks until there is something.
 *
 * @throws {CdsError} INTERNAL, `what`, where it does not come in time
 */
export const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(POLL_MS);
  }
  throw new CdsError('INTERNAL', what);
};

type Door = 'notification' | 'sweep' | 'assess';

/** What came of a door so far, by outcome. */
export async function triggersOf(
  { triggers }: Metrics,
  door: Door,
): Promise<Readonly<Record<string, number>>> {
  const { values } = await triggers.get();
  return Object.fromEntries(
    values
      .filter(({ labels }) => labels.door === door)
      .map(({ labels, value }) => [String(labels.outcome), value]),
  );
}

/** What is in `now` beyond `before`. */
export const since = (
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(now)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
