import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { CdsError } from '../../../src/domain/index.ts';
import {
  calendarDate,
  createLog,
  createMetrics,
  fixedClock,
  listen,
  LOOPBACK,
} from '../../../src/platform/index.ts';

describe('calendarDate', () => {
  it('of instants within one second of each other, in any order and zone', () => {
    const instants = ['2026-11-23T15:59:59.999Z', '2026-11-23T16:00:00.000Z'].map((each) => new Date(each));
    for (let round = 0; round < 3; round++) {
      expect(instants.map((each) => calendarDate(each, 'Asia/Shanghai'))).toEqual([
        '2026-11-23',
        '2026-11-24',
      ]);
      expect(instants.map((each) => calendarDate(each, 'America/New_York'))).toEqual([
        '2026-11-23',
        '2026-11-23',
      ]);
    }
  });

  it.each([
    ['2026-02-28T16:00:00Z', 'Asia/Shanghai', '2026-03-01'],
    ['2026-02-28T15:59:59Z', 'Asia/Shanghai', '2026-02-28'],
    ['2026-01-01T00:00:00Z', 'America/Los_Angeles', '2025-12-31'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01'],
    // clocks go forward at 2:00 on 29 March 2026 in Berlin: midnight UTC is 1:00 before it, 23:00 is 1:00 after it
    ['2026-03-29T00:00:00Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-03-29T22:00:00Z', 'Europe/Berlin', '2026-03-30'],
  ])('%s in %s is %s', (instant, zone, date) => {
    expect(calendarDate(fixedClock(instant).now(), zone)).toBe(date);
  });
});

describe('the log', () => {
  const lineOf = (write: (log: ReturnType<typeof createLog>) => void): string => {
    const lines: string[] = [];
    write(createLog('trace', { write: (line: string) => void lines.push(line) }));
    return lines.join('');
  };
  const foreign = new TypeError('GET http://fhir/Patient?name=Doe failed');

  it.each(['error', 'err'])('says code and class of an error under `%s`, not its message or stack', (key) => {
    const ours = lineOf((log) => {
      log.error({ [key]: new CdsError('FHIR_REFUSED', 'detail', { cause: foreign }) }, 'reading failed');
    });
    expect(JSON.parse(ours)).toMatchObject({
      msg: 'reading failed',
      [key]: { code: 'FHIR_REFUSED', detail: 'detail', cause: 'TypeError' },
    });
    const theirs = lineOf((log) => {
      log.error({ [key]: foreign }, 'reading failed');
    });
    expect(JSON.parse(theirs)).toMatchObject({ [key]: { code: 'INTERNAL', class: 'TypeError' } });
    for (const line of [ours, theirs]) expect(line).not.toMatch(/Doe|http|stack/);
  });

  it('leaves tokens out', () => {
    const line = lineOf((log) => {
      log.info({ authorization: 'Bearer x1', request: { authorization: 'Bearer x2', access_token: 'x3' } });
    });
    expect(line).not.toMatch(/x[123]/);
  });
});

describe('listen', () => {
  it('serves, lets a running request end, then refuses', async () => {
    let answer: (() => void) | undefined;
    const server = await listen(
      (_, response) => {
        answer = () => void response.end('done');
      },
      LOOPBACK,
      0,
    );
    const body = new Promise<string>((resolve, reject) => {
      get(server.url, (response) => {
        response.on('data', (chunk: Buffer) => {
          resolve(chunk.toString());
        });
      }).on('error', reject);
    });
    await expect.poll(() => answer !== undefined).toBe(true);
    const closed = server.close();
    answer?.();
    expect(await body).toBe('done');
    await closed;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('names the address that is taken', async () => {
    const first = await listen((_, response) => void response.end(), LOOPBACK, 0);
    await expect(listen(() => undefined, LOOPBACK, Number(new URL(first.url).port))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await first.close();
  });
});

it('metrics are of their own registry, so that two services in one process do not meet', async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.assessments.inc();
  expect(await one.registry.metrics()).toContain('recurrence_assessments_total 1');
  expect(await two.registry.metrics()).toContain('recurrence_assessments_total 0');
});
