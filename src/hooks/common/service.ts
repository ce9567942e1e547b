import type { z } from 'zod';

/** CDS Hooks 2.0, "Discovery". */
export interface ServiceDefinition {
  readonly hook: string;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly usageRequirements: string;
}

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
