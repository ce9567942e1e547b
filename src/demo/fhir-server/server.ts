import { normalizeOperationOutcome } from '@medplum/core';
import type { Express } from 'express';
import type { FhirResource, StructureDefinition } from 'fhir/r4.js';
import { CdsError } from '../../domain/index.ts';
import { loadDefinitions } from './definitions.ts';
import type { Faults } from './faults.ts';
import { createApp } from './http.ts';
import { createLock } from './lock.ts';
import { indexProfiles } from './profiles.ts';
import { DemoRepository } from './repository.ts';
import { createRouter } from './routes.ts';
import { Store } from './store.ts';
import { createSubscriptions } from './subscriptions/index.ts';
import { createValidator } from './validation.ts';

export interface FhirServerOptions {
  /** Resources that claim one of these in meta.profile are validated against it on write. */
  readonly profiles?: readonly StructureDefinition[];
  /** Validate against base R4 on write; true unless said. */
  readonly validate?: boolean;
  /** Kept by reference: change its mode while the server runs. */
  readonly faults?: Faults;
}

export interface FhirServer {
  /** Serves FHIR R4 under /fhir. */
  readonly app: Express;
  /**
   * Puts resources in with the ids they have; all or none. No Subscription hears of it.
   *
   * @throws {CdsError} COHORT_INVALID with the type, place and elements of the first that is not valid
   */
  readonly load: (resources: readonly FhirResource[]) => Promise<void>;
  /** Ends what Subscriptions have going: heartbeats, and notifications on their way. */
  readonly close: () => Promise<void>;
}

/** Type, index and the elements at fault; no values, which are a patient's. */
const refusal = (resource: FhirResource, index: number, error: unknown): CdsError => {
  const elements = normalizeOperationOutcome(error).issue.flatMap(({ expression }) => expression ?? []);
  const detail = `Resource ${index}, ${resource.resourceType}: ${elements.join(', ')}`;
  return new CdsError('COHORT_INVALID', detail, { cause: error });
};

/**
 * A FHIR R4 server in memory, for the demo and tests: read, write, search, history, batch, transaction, $everything,
 * Subscriptions (rest-hook to loopback).
 * No authentication, nothing kept on disk. A search costs microseconds for each stored resource of the type.
 */
export const createFhirServer = (options: FhirServerOptions = {}): FhirServer => {
  loadDefinitions();
  const validate = createValidator(indexProfiles(options.profiles ?? []), options.validate ?? true);
  const repository = new DemoRepository(new Store(), validate);
  const load = (resources: readonly FhirResource[]): void => {
    const fork = repository.fork();
    for (const [index, resource] of resources.entries()) {
      try {
        fork.put({ ...structuredClone(resource), id: resource.id ?? repository.generateId() });
      } catch (error) {
        throw refusal(resource, index, error);
      }
    }
    repository.store.adopt(fork.store);
    repository.store.takeChanges();
  };
  const exclusively = createLock();
  const subscriptions = createSubscriptions(repository, exclusively);
  const faults = options.faults ?? { mode: 'ok' };
  return {
    app: createApp(createRouter(), repository, faults, exclusively, subscriptions),
    close: () => subscriptions.close(),
    load: (resources) =>
      exclusively(() => {
        load(resources);
        return Promise.resolve();
      }),
  };
};
