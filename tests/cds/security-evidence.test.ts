/** What a chart calls its resources and their versions is kept with each result: it is bounded, whatever it is. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createOpened } from '../../src/assessment/store/opened.ts';
import { createSeal } from '../../src/assessment/store/sealing.ts';
import { evidenceOf } from '../../src/chart/resource-reader.ts';
import { hookRequest, prefetchFor, SERVICE_PATH, startStack } from '../http/running-service.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-evidence-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a reference', () => {
  const condition = (change: object) => ({ resourceType: 'Condition', id: 'one', note: 'same', ...change });

  it('versions as servers write them are taken as they are', () => {
    for (const versionId of ['1', '2026-11-23T10.00', 'a'.repeat(64)])
      expect(evidenceOf(condition({ meta: { versionId } })).version).toBe(versionId);
    expect(evidenceOf(condition({ meta: { lastUpdated: '2026-11-23T10:00:00.000+08:00' } })).version).toBe(
      '2026-11-23T10:00:00.000+08:00',
    );
  });

  it('what is no version gives way to a hash of the content', () => {
    const plain = evidenceOf(condition({})).version;
    for (const versionId of ['v'.repeat(65), 'a b', 'a\nb', 'ä', 'v'.repeat(MIB)])
      expect(evidenceOf(condition({ meta: { versionId } })).version).toBe(plain);
    expect(evidenceOf(condition({ meta: { versionId: 'a\nb' }, note: 'other' })).version).not.toBe(plain);
  });

  it('ids of any length are one resource each, by a short name', () => {
    const long = 'i'.repeat(256);
    expect(evidenceOf(condition({ id: long })).reference).toBe(`Condition/${long}`);
    const names = ['a', 'b'].map((end) => evidenceOf(condition({ id: 'i'.repeat(MIB) + end })).reference);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name.length).toBeLessThan(100);
  });
});

it('versions of megabytes leave neither the store nor the next visit larger', async () => {
  const patient = 'demo-high-10-months';
  const file = path.join(folder, 'results.sqlite');
  const stack = await startStack({ tenant: { backgroundAccess: false }, store: { file } });
  try {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, patient);
    for (let count = 0; count < 5; count++) {
      const meta = { versionId: 'v'.repeat(MIB) + String(count) };
      const sent = { ...prefetch, patient: { ...prefetch['patient'], meta } };
      const answer = await fetch(stack.service.url + SERVICE_PATH, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(hookRequest(patient, undefined, { prefetch: sent })),
      });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"cards":[{')]);
    }
    const history = await stack.service.core.store.history('test', patient);
    expect(history.length).toBeGreaterThan(0);
    for (const { evidence } of history)
      for (const { reference, version } of evidence)
        expect(reference.length + version.length).toBeLessThan(400);
    for (const each of [file, `${file}-wal`]) {
      expect(statSync(each).size).toBeLessThan(5 * MIB);
      expect(statSync(each).mode & 0o777).toBe(0o600);
    }
  } finally {
    await stack.close();
  }
});

it('opened records are remembered up to a sum of bytes, the last ones first', () => {
  const seal = createSeal(randomBytes(32));
  let decoded = 0;
  const opened = createOpened(seal, (plain) => {
    decoded++;
    return plain.length;
  });
  const large = Buffer.alloc(5 * MIB);
  const records = Array.from({ length: 4 }, () => {
    const name = randomUUID();
    return { name, sealed: seal.seal('group', name, large) };
  });
  const open = (at: number): void => {
    const { name = '', sealed = large } = records[at] ?? {};
    expect(opened('group', name, sealed)).toBe(large.length);
  };
  [0, 1, 2].forEach(open);
  [0, 1, 2].forEach(open);
  expect(decoded).toBe(3);
  open(3);
  open(3);
  expect(decoded).toBe(4);
  open(0);
  expect(decoded).toBe(5);
});
