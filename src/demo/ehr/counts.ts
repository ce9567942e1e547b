import type { HookTarget } from './hook-client.ts';

/** Feedback that a service says it was given. */
export interface FeedbackCount {
  readonly service: string;
  readonly outcome: string;
  /** Code of an override's reason; `none` where there is none. */
  readonly reason: string;
  readonly count: number;
}

const LINE = /^recurrence_card_feedback_total\{([^}]*)\} (\d+)$/;

const labelsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(Array.from(text.matchAll(/(\w+)="([^"]*)"/g), ([, name = '', value = '']) => [name, value]));

/**
 * Reads the counters of feedback from the service's metrics (Prometheus text format).
 *
 * @throws where the service does not answer
 */
export async function readFeedbackCounts({
  serviceUrl,
  timeoutMs,
}: Pick<HookTarget, 'serviceUrl' | 'timeoutMs'>): Promise<readonly FeedbackCount[]> {
  const response = await fetch(`${serviceUrl}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
  const lines = response.ok ? (await response.text()).split('\n') : [];
  return lines.flatMap((line): FeedbackCount[] => {
    const [, labels, count] = LINE.exec(line) ?? [];
    if (labels === undefined) return [];
    const label = labelsOf(labels);
    const [service = '', outcome = '', reason = ''] = ['service', 'outcome', 'reason'].map((name) =>
      label.get(name),
    );
    return [{ service, outcome, reason, count: Number(count) }];
  });
}
