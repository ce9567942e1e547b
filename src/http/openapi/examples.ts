import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../platform/index.ts';

const KINDS = ['request', 'response'] as const;

/** The examples that are published of one service, each as its JSON text. */
export type ServiceExamples = Partial<Record<(typeof KINDS)[number], string>>;

/** cds-hooks/<service>/ of this package; a service that has none there goes without. */
export function publishedExamples(serviceId: string): ServiceExamples {
  const examples: ServiceExamples = {};
  for (const kind of KINDS) {
    const file = path.join(PACKAGE_ROOT, 'cds-hooks', serviceId, `${kind}.json`);
    if (existsSync(file)) examples[kind] = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
  }
  return examples;
}

/** The last part of an example's address. */
export const exampleName = (serviceId: string, kind: keyof ServiceExamples): string =>
  `${serviceId}.${kind}.json`;
