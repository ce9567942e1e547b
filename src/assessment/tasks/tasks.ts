import { hash } from 'node:crypto';
import { asCdsError, CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { Task, TaskHandlers } from '../ports.ts';
import type { RetryPolicy } from '../queue/steps.ts';

/**
 * Nobody waits for a task, and what one was told of is told once: it outlasts a FHIR server's restart and its short
 * maintenance, a quarter of an hour in all.
 */
export const TASK_RETRY: RetryPolicy = { attempts: 10, backoffMs: 2000 };

type Kind = Task['kind'];
type FieldsOf<K extends Kind> = readonly Exclude<keyof Extract<Task, { readonly kind: K }>, 'kind'>[];

/** What each kind of task holds beside its kind; a new kind is a line here. */
const FIELDS: { readonly [K in Kind]: FieldsOf<K> } = {
  assess: ['tenant', 'patientId'],
  'write-back': ['tenant', 'patientId', 'fingerprint'],
  audit: ['tenant', 'patientId', 'id', 'what', 'when'],
  sweep: ['tenant'],
  'find-patient': ['tenant', 'reference'],
  'catch-up': ['tenant'],
};

const isKind = (kind: unknown): kind is Kind => typeof kind === 'string' && Object.hasOwn(FIELDS, kind);

/**
 * A task out of what a queue held, with its own fields and nothing else: a caller's object may carry more, and a
 * queue must not.
 *
 * @throws {CdsError} INTERNAL: it is not one of ours
 */
export function bareTask(data: unknown): Task {
  const given = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const { kind } = given;
  if (!isKind(kind)) throw new CdsError('INTERNAL', 'A job holds no task.');
  const fields = FIELDS[kind].map((field) => [field, given[field]] as const);
  if (fields.some(([, value]) => typeof value !== 'string'))
    throw new CdsError('INTERNAL', 'A job holds no task.');
  return Object.fromEntries([['kind', kind], ...fields]) as unknown as Task;
}

/**
 * The same for like tasks, in hex. A hash, since names of keys travel further (logs, dashboards) than what is kept
 * under them; it keeps nothing from somebody who can read the payloads beside it.
 *
 * @param task as bareTask gives it: the order of fields is part of the name
 */
export const taskName = (task: Task): string => hash('sha256', JSON.stringify(task), 'hex').slice(0, 32);

/** The one handler of a task's kind. */
export const runTask = (handlers: TaskHandlers, task: Task, signal: AbortSignal): Promise<void> => {
  const handler = handlers[task.kind] as (task: Task, signal: AbortSignal) => Promise<void>;
  return handler(task, signal);
};

/** Logs a task's error (its code and class only: foreign messages can hold identifiers) and returns it as ours. */
export function taskFailed(
  error: unknown,
  task: Task,
  isLast: (error: CdsError) => boolean,
  log: Log | undefined,
): { readonly error: CdsError; readonly final: boolean } {
  const known = asCdsError(error);
  const final = isLast(known);
  const { kind, tenant } = task;
  log?.[final ? 'error' : 'warn']({ error: known, task: kind, tenant, willRetry: !final }, 'task failed');
  return { error: known, final };
}
