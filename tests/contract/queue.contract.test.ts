import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AssessmentRef, JobHandlers } from '../../src/assessment/ports.ts';
import { CdsError, type ModalityId } from '../../src/domain/index.ts';
import { describeWith } from '../setup/requires.ts';
import {
  createGate,
  inTime,
  newRef,
  openBull,
  openInProcess,
  recorder,
  RETRY,
  type OpenAdapter,
  type OpenQueue,
} from './queue-adapters.ts';

const BOTH: readonly ModalityId[] = ['metabolomics', 'cfdna'];

const failing = (code: 'UNIT_INCONVERTIBLE' | 'FHIR_TIMEOUT' | 'MODEL_MISSING') => () =>
  Promise.reject(new CdsError(code));

function contract(openAdapter: OpenAdapter): void {
  const opened: OpenQueue[] = [];
  const open = (handlers: JobHandlers, concurrency?: number): OpenQueue => {
    const queue = openAdapter(handlers, concurrency);
    opened.push(queue);
    return queue;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  describe('a job', () => {
    it('runs each modality once, then the fusion, and gives them the reference only', async () => {
      const handlers = recorder();
      const { queue } = open(handlers);
      const ref = newRef();
      const more: AssessmentRef = Object.assign({ accessToken: 'secret' }, ref);
      await queue.submit(more, BOTH);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      expect(handlers.ran.slice(0, 2).sort()).toEqual(['cfdna', 'metabolomics']);
      expect(handlers.ran.slice(2)).toEqual(['fusion']);
      for (const given of handlers.refs) expect(given).toEqual(ref);
    });

    it('without modalities is a fusion', async () => {
      const handlers = recorder();
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, []);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      expect(handlers.ran).toEqual(['fusion']);
    });

    it('starts the fusion only when the slowest modality has ended', async () => {
      const gate = createGate();
      const handlers = recorder({ cfdna: () => gate.passed });
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      await vi.waitFor(() => {
        expect(handlers.ran).toHaveLength(2);
      });
      await sleep(100);
      expect(handlers.ran).not.toContain('fusion');
      gate.open();
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      expect(handlers.ran).toContain('fusion');
    });
  });

  describe('one fingerprint, one job', () => {
    it('20 submits at a time by two ways are one job', async () => {
      const gate = createGate();
      const handlers = recorder({ metabolomics: () => gate.passed });
      const { queue, other } = open(handlers);
      const ref = newRef();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? queue : other).submit(ref, BOTH)),
      );
      gate.open();
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      expect([...handlers.ran].sort()).toEqual(['cfdna', 'fusion', 'metabolomics']);
    });

    it('a submit while a modality has ended, and while the fusion runs, adds nothing', async () => {
      const gates = { metabolomics: createGate(), fusion: createGate() };
      const handlers = recorder({
        metabolomics: () => gates.metabolomics.passed,
        fusion: () => gates.fusion.passed,
      });
      const { queue, other } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      await vi.waitFor(() => {
        expect(handlers.ran).toContain('cfdna');
      });
      await sleep(50); // cfdna has ended by now, metabolomics waits at its gate
      await other.submit(ref, BOTH);
      gates.metabolomics.open();
      await vi.waitFor(() => {
        expect(handlers.ran).toContain('fusion');
      });
      await queue.submit(ref, BOTH);
      gates.fusion.open();
      expect(await other.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      await sleep(100);
      expect([...handlers.ran].sort()).toEqual(['cfdna', 'fusion', 'metabolomics']);
    });

    it('once completed may be submitted anew', async () => {
      const handlers = recorder();
      const { queue, other } = open(handlers);
      const ref = newRef();
      for (const way of [queue, other]) {
        const started = performance.now();
        await way.submit(ref, BOTH);
        expect(performance.now() - started).toBeLessThan(2000);
        expect(await way.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      }
      expect(handlers.ran.filter((step) => step === 'fusion')).toHaveLength(2);
    });

    it('once failed may be submitted anew, and the earlier failure is forgotten', async () => {
      let calls = 0;
      const handlers = recorder({
        cfdna: () => (++calls === 1 ? failing('MODEL_MISSING')() : Promise.resolve()),
      });
      const { queue, other } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      const failed = { state: 'failed', code: 'MODEL_MISSING' };
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual(failed);
      await other.submit(ref, BOTH);
      expect(await other.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
    });
  });

  describe('failure', () => {
    it('for good in a modality: not tried again, the others end, no fusion, its code', async () => {
      const handlers = recorder({ cfdna: failing('UNIT_INCONVERTIBLE'), metabolomics: () => sleep(50) });
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({
        state: 'failed',
        code: 'UNIT_INCONVERTIBLE',
      });
      expect([...handlers.ran].sort()).toEqual(['cfdna', 'metabolomics']);
    });

    it('of several modalities: the code of the first in the order cards list them', async () => {
      const handlers = recorder({
        metabolomics: async () => {
          await sleep(50);
          await failing('MODEL_MISSING')();
        },
        cfdna: failing('UNIT_INCONVERTIBLE'),
      });
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'failed', code: 'MODEL_MISSING' });
    });

    it('that can heal is tried again and heals', async () => {
      let calls = 0;
      const twice = (): Promise<void> =>
        ++calls < RETRY.attempts ? failing('FHIR_TIMEOUT')() : Promise.resolve();
      const handlers = recorder({ metabolomics: twice });
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
      expect(calls).toBe(3);
      expect(handlers.ran.filter((step) => step === 'cfdna')).toHaveLength(1);
      expect(handlers.ran.filter((step) => step === 'fusion')).toHaveLength(1);
    });

    it.each(['metabolomics', 'fusion'])('of %s that never heals fails after all tries', async (step) => {
      const handlers = recorder({ [step]: failing('FHIR_TIMEOUT') });
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'failed', code: 'FHIR_TIMEOUT' });
      expect(handlers.ran.filter((ran) => ran === step)).toHaveLength(RETRY.attempts);
    });

    it('foreign is INTERNAL and not tried again, thrown or rejected', async () => {
      const handlers = recorder();
      handlers.fusion = () => {
        handlers.ran.push('fusion');
        throw new TypeError('Bad value for Jane Roe');
      };
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'failed', code: 'INTERNAL' });
      expect(handlers.ran.filter((step) => step === 'fusion')).toHaveLength(1);
    });
  });

  describe('wait', () => {
    it('tells all who wait, by both ways, before and after the end', async () => {
      const gate = createGate();
      const { queue, other } = open(recorder({ fusion: () => gate.passed }));
      const ref = newRef();
      await queue.submit(ref, BOTH);
      const early = [queue, other, queue].map((way) => way.wait(ref.fingerprint, inTime()));
      await sleep(50);
      gate.open();
      const completed = { state: 'completed' };
      expect(await Promise.all(early)).toEqual([completed, completed, completed]);
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual(completed);
      expect(await other.wait(ref.fingerprint, inTime())).toEqual(completed);
    });

    it('misses no end: 50 jobs that end at once, waited for at random moments', async () => {
      const { queue, other } = open(recorder());
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const ref = newRef(`patient-${i}`);
          await queue.submit(ref, i % 3 === 0 ? [] : BOTH);
          await sleep((i * 7) % 40);
          return (i % 2 === 0 ? queue : other).wait(ref.fingerprint, inTime());
        }),
      );
      expect(outcomes).toEqual(Array.from({ length: 50 }, () => ({ state: 'completed' })));
    });

    it('is pending when the signal aborts, or has aborted before; the job goes on', async () => {
      const gate = createGate();
      const handlers = recorder({ cfdna: () => gate.passed });
      const { queue } = open(handlers);
      const ref = newRef();
      await queue.submit(ref, BOTH);
      const started = performance.now();
      expect(await queue.wait(ref.fingerprint, AbortSignal.timeout(60))).toEqual({ state: 'pending' });
      expect(performance.now() - started).toBeLessThan(500);
      expect(await queue.wait(ref.fingerprint, AbortSignal.abort())).toEqual({ state: 'pending' });
      gate.open();
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
    });

    it('for a job nobody knows says so at once', async () => {
      const { queue } = open(recorder());
      await queue.submit(newRef(), []); // connected, from here on
      const started = performance.now();
      expect(await queue.wait(newRef().fingerprint, inTime())).toEqual({
        state: 'failed',
        code: 'QUEUE_UNAVAILABLE',
      });
      expect(performance.now() - started).toBeLessThan(500);
    });
  });

  describe('close', () => {
    it('of the workers lets the running step end and starts none after', async () => {
      const gate = createGate();
      let ended = false;
      const handlers = recorder({
        cfdna: async () => {
          await gate.passed;
          ended = true;
        },
      });
      const { queue, closeWorkers } = open(handlers);
      await queue.submit(newRef(), ['cfdna']);
      await vi.waitFor(() => {
        expect(handlers.ran).toEqual(['cfdna']);
      });
      let closed = false;
      const closing = closeWorkers().then(() => {
        closed = true;
      });
      await sleep(100);
      expect(closed).toBe(false);
      gate.open();
      await closing;
      expect(ended).toBe(true);
      await sleep(100);
      expect(handlers.ran).toEqual(['cfdna']);
    });

    it('of the queue: those who wait are told pending, a submit is refused, twice does no harm', async () => {
      const gate = createGate();
      const { queue, close } = open(recorder({ cfdna: () => gate.passed }));
      const ref = newRef();
      await queue.submit(ref, BOTH);
      const waiting = queue.wait(ref.fingerprint, inTime());
      const closing = queue.close();
      expect(await waiting).toEqual({ state: 'pending' });
      await expect(queue.submit(ref, BOTH)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      gate.open();
      await closing;
      await close();
    });
  });

  it('runs no more steps of a kind at a time than told', async () => {
    let running = 0;
    let most = 0;
    const handlers = recorder({
      cfdna: async () => {
        most = Math.max(most, ++running);
        await sleep(20);
        running--;
      },
    });
    const { queue } = open(handlers, 2);
    const refs = Array.from({ length: 8 }, (_, i) => newRef(`patient-${i}`));
    await Promise.all(refs.map((ref) => queue.submit(ref, ['cfdna'])));
    for (const ref of refs) {
      expect(await queue.wait(ref.fingerprint, inTime())).toEqual({ state: 'completed' });
    }
    expect(most).toBe(2);
  });
}

describe('AssessmentQueue in process', () => {
  contract(openInProcess);
});
describeWith('redis-server', 'AssessmentQueue on BullMQ', (address) => {
  contract((handlers, concurrency) => openBull(address)(handlers, concurrency));
});
