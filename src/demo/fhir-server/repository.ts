import { randomUUID } from 'node:crypto';
import { applyPatch, gone, OperationOutcomeError, preconditionFailed } from '@medplum/core';
import type { Operation, SearchRequest, WithId } from '@medplum/core';
import { FhirRepository, getExtraEntries } from '@medplum/fhir-router';
import type {
  CreateResourceOptions,
  DeleteResourceOptions,
  UpdateResourceOptions,
} from '@medplum/fhir-router';
import type { Bundle, FhirResource } from 'fhir/r4.js';
import { isKnownType } from './definitions.ts';
import type { Found, History, MedplumReference, MedplumResource } from './medplum.ts';
import { toFhir, toMedplum } from './medplum.ts';
import { invalidRequest, unknown } from './outcomes.ts';
import { runSearch, searchBundle } from './search.ts';
import type { Search } from './search.ts';
import type { Store } from './store.ts';
import type { Validate } from './validation.ts';

type Resource = MedplumResource;
type StoredResource = FhirResource & { id: string };
const MAX_INCLUDED = 10_000;
const REFERENCE = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([^/]+))?$/;

/**
 * The repository behind Medplum's router. It extends FhirRepository and not MemoryRepository, whose maps are private
 * and whose conditionalCreate goes round both search and validation; the conditional interactions and the include
 * logic are Medplum's own, resting on the methods here.
 */
export class DemoRepository extends FhirRepository {
  readonly store: Store;
  readonly #validate: Validate;

  constructor(store: Store, validate: Validate) {
    super();
    this.store = store;
    this.#validate = validate;
  }

  /** A repository on a copy of the store; what it writes is nobody's until the store adopts it. */
  fork(): DemoRepository {
    return new DemoRepository(this.store.fork(), this.#validate);
  }

  /** Writes with the given id, new or not: how the demo's data come in. */
  put(resource: StoredResource): StoredResource {
    this.#validate(resource);
    const isNew = this.store.versions(resource.resourceType, resource.id).length === 0;
    return this.store.write(resource, isNew ? 'POST' : 'PUT');
  }

  /** The living resource, or undefined: never there, or deleted. */
  current(type: string, id: string): StoredResource | undefined {
    return this.store.versions(type, id).at(-1)?.resource;
  }

  override setMode(): void {
    // One store for reading and writing.
  }

  override generateId(): string {
    return randomUUID();
  }

  override createResource<T extends Resource>(
    resource: T,
    options?: CreateResourceOptions,
  ): Promise<WithId<T>> {
    return this.#settle(() => {
      // A create never takes the client's id (http.html#create); a Bundle's entries were given theirs by the router.
      const id = (options?.assignedId === true ? resource.id : undefined) ?? this.generateId();
      if (this.current(resource.resourceType, id)) throw invalidRequest('The id is already in use');
      return this.put({ ...toFhir(resource), id });
    });
  }

  override updateResource<T extends Resource>(
    resource: T,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    return this.#settle(() => {
      if (resource.id === undefined) throw invalidRequest('The resource has no id', 'id');
      this.#checkVersion(resource.resourceType, resource.id, options?.ifMatch);
      return this.put({ ...toFhir(resource), id: resource.id });
    });
  }

  override patchResource<T extends Resource>(
    resourceType: T['resourceType'],
    id: string,
    patch: Operation[] | object,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    return this.#settle(() => {
      if (!Array.isArray(patch)) throw invalidRequest('Only JSON Patch is supported');
      const resource = structuredClone(this.#read(resourceType, id));
      this.#checkVersion(resourceType, id, options?.ifMatch);
      const failure = applyPatch(resource, patch as Operation[]).find(Boolean);
      if (failure) throw invalidRequest('The patch cannot be applied');
      if (resource.id !== id || resource.resourceType !== resourceType)
        throw invalidRequest('A patch cannot change the identity of a resource');
      return this.put(resource);
    });
  }

  override deleteResource(resourceType: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    return this.#settle(() => {
      if (this.store.versions(resourceType, id).length === 0) throw unknown();
      this.#checkVersion(resourceType, id, options?.ifMatch);
      if (this.current(resourceType, id)) this.store.delete(resourceType, id);
    });
  }

  override readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    return this.#settle(() => this.#read(resourceType, id));
  }

  override readReference<T extends Resource>({ reference }: MedplumReference<T>): Promise<WithId<T>> {
    return this.#settle(() => {
      const [, type, id, version] = REFERENCE.exec(reference ?? '') ?? [];
      if (type === undefined || id === undefined) throw invalidRequest('Not a reference to this server');
      return version === undefined ? this.#read(type, id) : this.#readVersion(type, id, version);
    });
  }

  override readReferences<T extends Resource>(
    references: readonly MedplumReference<T>[],
  ): Promise<(WithId<T> | Error)[]> {
    // What is not there is an element of the answer, not its end: Medplum's contract.
    return Promise.all(
      references.map((each) => this.readReference<T>(each).catch((error: unknown) => error as Error)),
    );
  }

  override readHistory<T extends Resource>(resourceType: string, id: string): History<T> {
    return this.#settle((): Bundle => {
      const versions = this.store.versions(resourceType, id).toReversed();
      if (versions.length === 0) throw unknown();
      return {
        resourceType: 'Bundle',
        type: 'history',
        total: versions.length,
        entry: versions.map(({ resource, method, versionId, lastUpdated }) => ({
          ...(resource && { resource }),
          request: { method, url: `${resourceType}/${id}` },
          response: {
            status: method === 'POST' ? '201' : '200',
            etag: `W/"${versionId}"`,
            lastModified: lastUpdated,
          },
        })),
      };
    });
  }

  override readVersion<T extends Resource>(
    resourceType: string,
    id: string,
    versionId: string,
  ): Promise<WithId<T>> {
    return this.#settle(() => this.#readVersion(resourceType, id, versionId));
  }

  override async search<T extends Resource>(request: SearchRequest<T>): Found<T> {
    const search = request as Search;
    const { total, page } = runSearch(this.store, search);
    const matches = page.map((resource) => ({ resource, mode: 'match' as const }));
    const bundle = searchBundle(total, matches, search);
    if (page.length > 0 && (request.include ?? request.revInclude)) {
      type Entries = Parameters<typeof getExtraEntries>[3];
      await getExtraEntries(this, request as SearchRequest, page.map(toMedplum), bundle.entry as Entries, {
        maxResults: MAX_INCLUDED,
      });
    }
    return bundle as unknown as Awaited<Found<T>>;
  }

  override async searchByReference<T extends Resource>(
    request: SearchRequest<T>,
    field: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    const found: Record<string, WithId<T>[]> = {};
    for (const value of references) {
      const filters = [...(request.filters ?? []), { code: field, operator: 'eq' as const, value }];
      found[value] = await this.searchResources<T>({ ...request, filters });
    }
    return found;
  }

  override withTransaction<R>(callback: (repository: this) => Promise<R>): Promise<R> {
    // Writers are already one after another; all-or-nothing is the transaction route's, on a fork.
    return callback(this);
  }

  #checkVersion(type: string, id: string, ifMatch: string | undefined): void {
    if (ifMatch !== undefined && this.current(type, id)?.meta?.versionId !== ifMatch)
      throw new OperationOutcomeError(preconditionFailed);
  }

  #read(type: string, id: string): StoredResource {
    const last = this.store.versions(type, id).at(-1);
    if (!isKnownType(type) || !last) throw unknown();
    if (!last.resource) throw new OperationOutcomeError(gone);
    return last.resource;
  }

  #readVersion(type: string, id: string, versionId: string): StoredResource {
    const version = this.store.versions(type, id).find((each) => each.versionId === versionId);
    if (!version) throw unknown();
    if (!version.resource) throw new OperationOutcomeError(gone);
    return version.resource;
  }

  /** Everything here is synchronous; Medplum wants promises, and its generics want telling. */
  #settle<R>(action: () => unknown): Promise<R> {
    return new Promise<R>((resolve) => {
      resolve(action() as R);
    });
  }
}
