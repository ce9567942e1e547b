import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../../src/chart/client/failure.ts';
import { retryAfterMs, systemJitter, waitBefore } from '../../../../src/chart/client/retry.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const POLICY = { retries: 3, backoffMs: 100, maxWaitMs: 5000, jitter: () => 1 };

const answered = (status: number, headers: Record<string, string> = {}): Failure => ({
  kind: 'answered',
  status,
  headers: new Headers(headers),
  data: {},
});
const wait = (failure: Failure, attempt = 1, idempotent = true, policy = POLICY) =>
  waitBefore(failure, { attempt, idempotent, now: NOW }, policy);

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 3 ', 3000],
    // the three forms of an HTTP-date, RFC 9110 5.6.7
    ['Mon, 23 Nov 2026 10:00:07 GMT', 7000],
    ['Monday, 23-Nov-26 10:00:07 GMT', 7000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-23T10:00:07Z', undefined],
    ['Mon, 99 Foo 2026', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected);
  });

  it('never throws, and is never negative', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const read = retryAfterMs(value, NOW);
        expect(read === undefined || read >= 0).toBe(true);
      }),
    );
  });
});

describe('waitBefore', () => {
  it('doubles, and is cut to the longest wait', () => {
    expect([1, 2, 3].map((attempt) => wait(answered(503), attempt))).toEqual([100, 200, 400]);
    const patient = { ...POLICY, retries: 20 };
    expect(wait(answered(503), 10, true, patient)).toBe(5000);
  });

  it('spreads over the upper half', () => {
    expect(wait(answered(503), 1, true, { ...POLICY, jitter: () => 0 })).toBe(50);
    for (let i = 0; i < 100; i++) {
      const draw = systemJitter();
      expect(draw).toBeGreaterThanOrEqual(0);
      expect(draw).toBeLessThan(1);
    }
  });

  it('ends after the retries', () => {
    expect(wait(answered(503), 4)).toBeUndefined();
    expect(wait(answered(503), 1, true, { ...POLICY, retries: 0 })).toBeUndefined();
  });

  it.each([408, 429, 500, 502, 503, 504])('asks again after %i', (status) => {
    expect(wait(answered(status))).toBe(100);
  });

  it.each([200, 302, 400, 401, 403, 404, 409, 410, 412, 422, 501])(
    'does not ask again after %i',
    (status) => {
      expect(wait(answered(status))).toBeUndefined();
    },
  );

  it('repeats a POST only where the server did nothing', () => {
    const post = (failure: Failure) => wait(failure, 1, false);
    expect([429, 503].map((status) => post(answered(status)))).toEqual([100, 100]);
    expect([408, 500, 502, 504].map((status) => post(answered(status)))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(post({ kind: 'lost', unsent: true })).toBe(100);
    expect(post({ kind: 'lost', unsent: false })).toBeUndefined();
    expect(post({ kind: 'late' })).toBeUndefined();
    expect(wait({ kind: 'lost', unsent: false })).toBe(100);
    expect(wait({ kind: 'late' })).toBe(100);
    expect(wait({ kind: 'unreadable' })).toBeUndefined();
  });

  it('heeds Retry-After up to the longest wait, and gives up beyond it', () => {
    expect(wait(answered(429, { 'retry-after': '5' }))).toBe(5000);
    expect(wait(answered(503, { 'retry-after': '6' }))).toBeUndefined();
    // a server that says "at once" still gets the backoff
    expect(wait(answered(503, { 'retry-after': '0' }), 2)).toBe(200);
  });
});
