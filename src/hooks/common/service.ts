import type { z } from 'zod';

/** CDS Hooks 2.0, "Discovery"; two members are of the 3.0 ballot, which clients of 2.0 leave unread. */
export interface ServiceDefinition {
  readonly hook: string;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly usageRequirements: string;
  /** Of the specification. See {@link withVersions}. */
  readonly version?: string;
  /** Of the hook's definition. */
  readonly hookVersion?: string;
}

/** The specification that the services follow. */
const SPECIFICATION = '2.0.0';

/** The hooks' definitions that the services were made for, https://cds-hooks.org/hooks/ */
const HOOK_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['patient-view', '1.0'],
  ['encounter-start', '1.0'],
  ['appointment-book', '1.0'],
  ['order-select', '1.0'],
]);

/** The definition as it is published: with what it was made for, so that an EHR of a later day need not guess. */
export const withVersions = (definition: ServiceDefinition): ServiceDefinition => {
  const hookVersion = HOOK_VERSIONS.get(definition.hook);
  return { ...definition, version: SPECIFICATION, ...(hookVersion !== undefined && { hookVersion }) };
};

/** What a request brings beside its body. */
export interface RequestContext {
  readonly acceptLanguage: string | undefined;
  /** Ids of the tenants that the caller may speak for. */
  readonly tenants: ReadonlySet<string>;
  /** Of `performance.now()`, when the request came: the deadline counts from then. */
  readonly receivedAt: number;
  /** In the answer's X-Request-Id, and in every log line about the request. */
  readonly requestId: string;
  /**
   * Whether this tenant may call now; asked once, before anything is done for it.
   *
   * @throws {CdsError} CDS_RATE_LIMITED
   */
  readonly admit: (tenant: string) => Promise<void>;
}

/** What one answer was, for metrics: the kind of decision, no patient in it. */
export interface HandledRequest {
  /** The CDS Hooks response as JSON. */
  readonly body: Buffer;
  readonly outcome: string;
}

/** One CDS service: its discovery entry and its answer to a request. */
export interface CdsService {
  readonly definition: ServiceDefinition;
  /** What is read of a request of this service's hook: one schema for the parser and for what is published. */
  readonly requestSchema: z.ZodType;
  /** @throws {CdsError} whose kind is the HTTP status */
  handle(body: unknown, context: RequestContext): Promise<HandledRequest>;
}
