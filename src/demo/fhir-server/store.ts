import type { FhirResource } from 'fhir/r4.js';

/** One version of a resource; a deletion is a version without one. */
export interface Version {
  readonly versionId: string;
  /** Instant of the write, ISO 8601 UTC. */
  readonly lastUpdated: string;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly resource?: FhirResource & { id: string };
}

/** One write, as those see it who are told of it. */
export interface Change {
  readonly method: Version['method'];
  readonly type: string;
  readonly id: string;
  /** As it is now; absent after a deletion. */
  readonly resource?: FhirResource & { id: string };
  /** As it was; absent where it is new. */
  readonly previous?: FhirResource & { id: string };
}

const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) freeze(child);
  return Object.freeze(value);
};

/**
 * Resources in memory, every version of each. What is stored is frozen, so that it may be handed out uncopied, and
 * a version list is replaced, never pushed to, so that a fork is two levels of maps.
 */
export class Store {
  #types = new Map<string, Map<string, readonly Version[]>>();
  #changes: Change[] = [];

  /** All versions, oldest first; empty when there never was one. */
  versions(type: string, id: string): readonly Version[] {
    return this.#types.get(type)?.get(id) ?? [];
  }

  /** Types that hold, or held, a resource. */
  types(): string[] {
    return [...this.#types.keys()];
  }

  /** The living resources of a type, in the order they were first written. */
  *all(type: string): Generator<FhirResource & { id: string }> {
    for (const versions of this.#types.get(type)?.values() ?? []) {
      const resource = versions.at(-1)?.resource;
      if (resource) yield resource;
    }
  }

  /** Writes the next version; the server's versionId and lastUpdated replace those of the resource. */
  write(resource: FhirResource & { id: string }, method: 'POST' | 'PUT'): FhirResource & { id: string } {
    const stamp = this.#stamp(resource.resourceType, resource.id);
    const stored = freeze({ ...resource, meta: { ...resource.meta, ...stamp } });
    this.#append(resource.resourceType, resource.id, { ...stamp, method, resource: stored });
    return stored;
  }

  delete(type: string, id: string): void {
    this.#append(type, id, { ...this.#stamp(type, id), method: 'DELETE' });
  }

  fork(): Store {
    const fork = new Store();
    fork.#types = new Map([...this.#types].map(([type, resources]) => [type, new Map(resources)]));
    return fork;
  }

  /** Takes over what the other store holds: the commit of a fork. */
  adopt(other: Store): void {
    this.#types = new Map([...other.#types].map(([type, resources]) => [type, new Map(resources)]));
    this.#changes.push(...other.takeChanges());
  }

  /** What was written since the last time it was asked for, in that order. */
  takeChanges(): readonly Change[] {
    return this.#changes.splice(0);
  }

  #stamp(type: string, id: string): { versionId: string; lastUpdated: string } {
    return { versionId: String(this.versions(type, id).length + 1), lastUpdated: new Date().toISOString() };
  }

  #append(type: string, id: string, version: Version): void {
    const resources = this.#types.get(type) ?? new Map<string, readonly Version[]>();
    const { method, resource } = version;
    const previous = resources.get(id)?.at(-1)?.resource;
    this.#changes.push({ method, type, id, ...(resource && { resource }), ...(previous && { previous }) });
    resources.set(id, [...(resources.get(id) ?? []), version]);
    this.#types.set(type, resources);
  }
}
