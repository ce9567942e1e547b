import { randomBytes } from 'node:crypto';
import { createBullTasks, createInProcessTasks, startTaskWorkers } from '../../src/assessment/tasks/index.ts';
import type { Task, TaskHandlers, TaskQueue } from '../../src/assessment/ports.ts';
import { PATIENT_MS, RETRY } from './queue-adapters.ts';

export interface OpenTasks {
  readonly tasks: TaskQueue;
  /** Another way to the same queue: another process's, where the adapter knows such a thing. */
  readonly other: TaskQueue;
  readonly closeWorkers: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export type OpenTasksAdapter = (handlers: TaskHandlers, concurrency?: number) => OpenTasks;

export const openTasksInProcess: OpenTasksAdapter = (handlers, concurrency = 4) => {
  const tasks = createInProcessTasks(handlers, { concurrency, retry: RETRY });
  return { tasks, other: tasks, closeWorkers: () => tasks.close(), close: () => tasks.close() };
};

/** Two queues and the workers of two processes. */
export const openTasksOnBull =
  (connection: string, prefix?: string): OpenTasksAdapter =>
  (handlers, concurrency = 4) => {
    const shared = {
      connection,
      prefix: prefix ?? `test-${randomBytes(6).toString('hex')}`,
      retry: RETRY,
      limitMs: PATIENT_MS,
    };
    const tasks = createBullTasks(shared);
    const other = createBullTasks(shared);
    const workers = startTaskWorkers({ ...shared, handlers, concurrency });
    return {
      tasks,
      other,
      closeWorkers: () => workers.close(),
      close: async () => {
        await workers.close();
        await Promise.all([tasks.close(), other.close()]);
      },
    };
  };

/** Handlers that write down what ran; each kind can be given a behaviour. */
export interface TaskRecorder extends TaskHandlers {
  readonly ran: Task[];
}

export function taskRecorder(behave: (task: Task) => Promise<void> = () => Promise.resolve()): TaskRecorder {
  const ran: Task[] = [];
  const handle = async (task: Task): Promise<void> => {
    ran.push(task);
    await behave(task);
  };
  return {
    ran,
    assess: handle,
    'write-back': handle,
    audit: handle,
    sweep: handle,
    'find-patient': handle,
    'catch-up': handle,
  };
}

export const assess = (patientId = 'patient-1', tenant = 'north'): Task => ({
  kind: 'assess',
  tenant,
  patientId,
});
