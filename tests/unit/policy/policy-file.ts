import { readFileSync } from 'node:fs';

const file = new URL('../../../config/follow-up-policy.json', import.meta.url);

/** The shipped PlanDefinition, a fresh copy at each call for tests to break. */
export const shippedPlan = (): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
