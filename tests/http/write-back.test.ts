/** From a hook's request to the resources on the FHIR server. */
import type { AuditEvent, Provenance, RiskAssessment } from 'fhir/r4.js';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openWriteBack, startWriteBack, type WriteBackWork } from '../../src/app/write-back.ts';
import { plainFhirClient } from '../support/plain-fhir-client.ts';
import { memoryTasks, type MemoryTasks } from '../support/task-queue.ts';
import { hookRequest, prefetchFor, SERVICE_PATH, startStack, TODAY, type Stack } from './running-service.ts';

const PATIENT = 'demo-high-10-months';
const NEVER = new AbortController().signal;

interface Running {
  readonly stack: Stack;
  readonly tasks: MemoryTasks;
  readonly work: WriteBackWork;
}

const start = async (tenant: Record<string, unknown>): Promise<Running> => {
  const stack = await startStack({ tenant });
  const { core } = stack.service;
  const tasks = memoryTasks();
  const work = openWriteBack({ core, tasks });
  startWriteBack(core, tasks);
  return { stack, tasks, work };
};

const stop = async ({ stack, work }: Running): Promise<void> => {
  await stack.close();
  await work.close();
};

const openChart = async ({ stack }: Running, withPrefetch = false): Promise<string> => {
  const prefetch = withPrefetch
    ? { prefetch: await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT) }
    : {};
  const { body } = await request(stack.service.url)
    .post(SERVICE_PATH)
    .send(hookRequest(PATIENT, stack.fhirBaseUrl, prefetch));
  return (body as { cards: { summary: string }[] }).cards[0]?.summary ?? '';
};

const found = async <T>({ stack }: Running, type: string): Promise<T[]> =>
  (await plainFhirClient(stack.fhirBaseUrl).search(
    type,
    { _count: 200 },
    { signal: NEVER },
  )) as unknown as T[];

describe('a site that wants results and accesses in its FHIR server', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start({ writeBack: { enabled: true, diagnosticReport: true, auditEvents: true } });
  });
  afterAll(() => stop(running));

  it('gets what the card shows as a RiskAssessment of today, with its Provenance', async () => {
    const summary = await openChart(running);
    await running.stack.service.core.writeBacks.idle();
    await running.tasks.drain(running.work.handlers);
    expect(running.tasks.failed).toEqual([]);
    const [risk, ...others] = await found<RiskAssessment>(running, 'RiskAssessment');
    expect(others).toEqual([]);
    expect(risk).toMatchObject({
      occurrenceDateTime: TODAY,
      subject: { reference: `Patient/${PATIENT}` },
    });
    const stratified = risk!.prediction!.filter(({ qualitativeRisk }) => qualitativeRisk !== undefined);
    expect(stratified.map((each) => each.qualitativeRisk?.coding?.[0]?.code)).toEqual(['high']);
    const percent = String(Math.round(stratified[0]!.probabilityDecimal! * 100));
    expect(summary).toMatch(new RegExp(`\\b${percent}(\\.\\d)? ?%`));
    const [provenance] = await found<Provenance>(running, 'Provenance');
    expect(provenance!.target[0]!.reference).toBe(`RiskAssessment/${risk!.id!}/_history/1`);
    // Every piece of evidence is there, at the version that was read.
    expect(provenance!.entity!.length).toBeGreaterThan(3);
    for (const { what } of provenance!.entity!) {
      const response = await fetch(`${running.stack.fhirBaseUrl}/${what.reference ?? ''}`);
      expect(response.status, what.reference).toBe(200);
    }
    expect(await found(running, 'DiagnosticReport').then((all) => all.length)).toBeGreaterThan(0);
  });

  it('the chart opened again: the result is stored, nothing is queued, nothing written', async () => {
    await openChart(running, true);
    await running.stack.service.core.writeBacks.idle();
    expect(running.tasks.waiting.filter(({ task }) => task.kind === 'write-back')).toEqual([]);
    expect((await found<RiskAssessment>(running, 'RiskAssessment'))[0]?.meta?.versionId).toBe('1');
  });

  it('has each access on record: the hook’s readings, the workers’, the writing', async () => {
    await openChart(running);
    await vi.waitFor(() => {
      expect(running.tasks.waiting.length).toBeGreaterThan(0);
    });
    while ((await running.tasks.drain(running.work.handlers)) > 0);
    const events = await found<AuditEvent>(running, 'AuditEvent');
    const of = (text: string) => events.filter(({ entity }) => entity?.[0]?.description === text).length;
    expect(of("read for a hook's request")).toBeGreaterThanOrEqual(2);
    expect(of('read for an assessment')).toBeGreaterThanOrEqual(1);
    expect(of('result of an assessment written')).toBe(1);
    for (const event of events) {
      expect(event.entity?.[0]?.what?.reference).toBe(`Patient/${PATIENT}`);
      expect(JSON.stringify(event)).not.toMatch(/\?|patient=/);
    }
  });
});

describe('a site that wants nothing written', () => {
  it.each([
    ['by default', {}],
    [
      'as it allows no access of our own',
      { backgroundAccess: false, writeBack: { enabled: true, auditEvents: true } },
    ],
  ])('%s: no task, no record, no resource', async (_, tenant) => {
    const running = await start(tenant);
    try {
      expect(await openChart(running, true)).toMatch(/%/);
      await running.stack.service.core.writeBacks.idle();
      expect(running.tasks.waiting).toEqual([]);
      expect(await running.stack.service.core.outbox.list('test')).toEqual([]);
      for (const type of ['RiskAssessment', 'Provenance', 'AuditEvent'])
        expect(await found(running, type)).toEqual([]);
    } finally {
      await stop(running);
    }
  });
});

describe('the FHIR server goes away after the chart was read', () => {
  it('the card comes all the same, and the result is written when it is back', async () => {
    const running = await start({ writeBack: { enabled: true } });
    try {
      expect(await openChart(running)).toMatch(/%/);
      await running.stack.service.core.writeBacks.idle();
      running.stack.faults.mode = 'down';
      await running.tasks.drain(running.work.handlers);
      running.stack.faults.mode = 'ok';
      expect(await found(running, 'RiskAssessment')).toEqual([]);
      await running.tasks.drain(running.work.handlers);
      expect(await found(running, 'RiskAssessment')).toHaveLength(1);
      expect(running.stack.logged.join('\n')).not.toContain(PATIENT);
    } finally {
      await stop(running);
    }
  });
});
