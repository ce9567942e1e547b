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
  /** @throws {CdsError} whose kind is the HTTP status */
  handle(body: unknown, context: RequestContext): Promise<HandledRequest>;
}
