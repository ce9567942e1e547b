import fc from 'fast-check';
import type { AuditEvent, DiagnosticReport, Provenance, RiskAssessment } from 'fhir/r4.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeAuditEvent } from '../../../../src/chart/index.ts';
import { CdsError, type Assessment } from '../../../../src/domain/index.ts';
import { anAssessment } from '../../../contract/records-for-tests.ts';
import { ids, NEVER, newer, refuseOurIds, startWriteBench, type WriteBench } from './bench.ts';

let bench: WriteBench;
beforeEach(async () => {
  bench = await startWriteBench();
});
afterEach(() => bench.server.close());

const RISK = ids.riskAssessment(anAssessment());
const riskNow = () => bench.read<RiskAssessment>('RiskAssessment', RISK);
const versions = async () =>
  (await bench.all()).map(({ resourceType, id, meta }) => `${resourceType}/${id} ${meta?.versionId ?? '?'}`);

describe('writing a result', () => {
  it('puts Device, RiskAssessment, DiagnosticReport and Provenance there, and they name one another', async () => {
    expect(await bench.writer().write(anAssessment(), NEVER)).toBe('written');
    const all = await bench.all();
    expect(all.map(({ resourceType }) => resourceType)).toEqual([
      'Device',
      'RiskAssessment',
      'DiagnosticReport',
      'Provenance',
    ]);
    const [device, risk, report, provenance] = all as unknown as [
      { id: string },
      RiskAssessment,
      DiagnosticReport,
      Provenance,
    ];
    expect(risk.performer?.reference).toBe(`Device/${device.id}`);
    expect(report.extension?.[0]?.valueReference?.reference).toBe(`RiskAssessment/${RISK}`);
    expect(provenance.agent[0]?.who.reference).toBe(`Device/${device.id}`);
    expect(provenance.target.map(({ reference }) => reference)).toEqual([
      `RiskAssessment/${RISK}/_history/1`,
      `DiagnosticReport/${report.id ?? ''}/_history/1`,
    ]);
  });

  it('writes no report where none is asked for', async () => {
    await bench.writer({ diagnosticReport: false }).write(anAssessment(), NEVER);
    expect((await bench.all()).map(({ resourceType }) => resourceType)).not.toContain('DiagnosticReport');
  });

  it('again, from this process or a new one, changes nothing', async () => {
    await bench.writer().write(anAssessment(), NEVER);
    const before = await versions();
    bench.calm();
    const writer = bench.writer();
    expect(await writer.write(anAssessment(), NEVER)).toBe('unchanged');
    // Computed a second time, as a hook and a worker at the same moment do: the same result.
    expect(await writer.write(anAssessment({ computedAt: '2026-03-01T09:30:01.000Z' }), NEVER)).toBe(
      'unchanged',
    );
    expect(bench.writes()).toBe(0);
    expect(await versions()).toEqual(before);
  });

  it('a result of newer evidence on the same day is the next version; another day is another resource', async () => {
    const writer = bench.writer();
    await writer.write(anAssessment(), NEVER);
    expect(await writer.write(newer(), NEVER)).toBe('written');
    const risk = await riskNow();
    expect(risk.meta?.versionId).toBe('2');
    expect(risk.prediction?.[0]?.probabilityDecimal).toBe(0.274);
    await writer.write(newer({ landmarkDate: '2026-03-02', fingerprint: 'bb'.repeat(32) }), NEVER);
    const count = (type: string, all: { resourceType: string }[]) =>
      all.filter(({ resourceType }) => resourceType === type).length;
    const all = await bench.all();
    expect([count('Device', all), count('RiskAssessment', all), count('Provenance', all)]).toEqual([1, 2, 3]);
  });

  it('an older result leaves a newer one as it is', async () => {
    const writer = bench.writer();
    await writer.write(newer(), NEVER);
    const before = await versions();
    expect(await writer.write(anAssessment(), NEVER)).toBe('superseded');
    expect(await versions()).toEqual(before);
  });

  it('what a person marked as entered in error stays so, until there is a newer result', async () => {
    const writer = bench.writer();
    await writer.write(anAssessment(), NEVER);
    await bench.server.send('PUT', `RiskAssessment/${RISK}`, {
      ...(await riskNow()),
      status: 'entered-in-error',
    });
    expect(await writer.write(anAssessment(), NEVER)).toBe('withdrawn');
    expect(await writer.write(anAssessment({ computedAt: '2026-03-01T10:00:00.000Z' }), NEVER)).toBe(
      'withdrawn',
    );
    expect((await riskNow()).status).toBe('entered-in-error');
    expect(await writer.write(newer(), NEVER)).toBe('written');
    expect((await riskNow()).status).toBe('final');
  });

  it('tags and a narrative that the server or another program adds are no change; another number is', async () => {
    const writer = bench.writer();
    await writer.write(anAssessment(), NEVER);
    const ours = await riskNow();
    const tagged = {
      ...ours,
      meta: { ...ours.meta, tag: [{ system: 'urn:x', code: 'y' }] },
      text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml">theirs</div>' },
      subject: { reference: `${bench.server.base}/${ours.subject.reference ?? ''}` },
    };
    await bench.server.send('PUT', `RiskAssessment/${RISK}`, tagged);
    expect(await writer.write(anAssessment(), NEVER)).toBe('unchanged');
    const wrong = { ...ours, prediction: [{ ...ours.prediction?.[0], probabilityDecimal: 0.9 }] };
    await bench.server.send('PUT', `RiskAssessment/${RISK}`, wrong);
    expect(await writer.write(anAssessment(), NEVER)).toBe('written');
    expect((await riskNow()).prediction?.[0]?.probabilityDecimal).toBe(0.081);
  });
});

describe('another writer in between', () => {
  /** Runs `meddle` once, after the writer read and before it writes the RiskAssessment. */
  const between = (meddle: () => Promise<unknown>): void => {
    let done = false;
    bench.onBefore(async (call, resource) => {
      if (done || call !== 'put' || resource?.resourceType !== 'RiskAssessment') return;
      done = true;
      await meddle();
    });
  };

  it('is seen by the version: read again, and written over what it left', async () => {
    const writer = bench.writer();
    await writer.write(anAssessment(), NEVER);
    between(async () => {
      await bench.server.send('PUT', `RiskAssessment/${RISK}`, { ...(await riskNow()), status: 'amended' });
    });
    expect(await writer.write(newer(), NEVER)).toBe('written');
    expect(await riskNow()).toMatchObject({ status: 'final', meta: { versionId: '3' } });
  });

  it('had a newer result: ours does not go over it', async () => {
    const other = await startOther();
    const writer = bench.writer();
    await writer.write(anAssessment(), NEVER);
    between(() =>
      other.write(newer({ computedAt: '2026-03-01T18:00:00.000Z', fingerprint: 'cc'.repeat(32) })),
    );
    expect(await writer.write(newer(), NEVER)).toBe('superseded');
    expect((await riskNow()).extension?.[1]?.valueId).toBe('cc'.repeat(32));
  });

  /** A second writer that does not share the first's lock. */
  const startOther = async () => {
    const writer = bench.writer();
    return Promise.resolve({ write: (assessment: Assessment) => writer.write(assessment, NEVER) });
  };

  it('that never rests: given up as a conflict, which is tried again later', async () => {
    const writer = bench.writer();
    await writer.write(anAssessment(), NEVER);
    bench.onBefore(async (call, resource) => {
      if (call !== 'put' || resource?.resourceType !== 'RiskAssessment') return;
      const now = await riskNow();
      await bench.server.send('PUT', `RiskAssessment/${RISK}`, { ...now, note: [{ text: 'x' }] });
    });
    bench.calls.length = 0;
    await expect(writer.write(newer(), NEVER)).rejects.toMatchObject({ code: 'FHIR_CONFLICT' });
    expect(bench.writes()).toBe(4);
  });
});

describe.each(['says', 'does'] as const)('a server that refuses our ids, and %s so', (how) => {
  const stateless = (all: Awaited<ReturnType<WriteBench['all']>>) =>
    all.map(({ resourceType, meta }) => `${resourceType} ${meta?.versionId ?? '?'}`);

  beforeEach(() => {
    bench.onBefore(refuseOurIds(bench, how));
    if (how === 'says') {
      const { client } = bench;
      const raw = client.raw.bind(client);
      Object.assign(client, {
        raw: async (...args: Parameters<typeof raw>) => {
          const statement = (await (await raw(...args)).json()) as {
            rest: { resource: { updateCreate?: boolean }[] }[];
          };
          for (const each of statement.rest[0]?.resource ?? []) each.updateCreate = false;
          return Response.json(statement);
        },
      });
    }
  });

  it('gives its own, and finds them again by identifier', async () => {
    const writer = bench.writer();
    expect(await writer.write(anAssessment(), NEVER)).toBe('written');
    expect(await writer.write(anAssessment(), NEVER)).toBe('unchanged');
    expect(await bench.writer().write(anAssessment(), NEVER)).toBe('unchanged');
    expect(await writer.write(newer(), NEVER)).toBe('written');
    const all = await bench.all();
    expect(stateless(all)).toEqual([
      'Device 1',
      'RiskAssessment 2',
      'DiagnosticReport 2',
      'Provenance 1',
      'Provenance 1',
    ]);
    const [device, risk, , first, second] = all;
    expect(device?.id).not.toMatch(/^rc-/);
    expect(risk).toMatchObject({ performer: { reference: `Device/${device?.id ?? ''}` } });
    expect(first).toMatchObject({
      target: [{ reference: `RiskAssessment/${risk?.id ?? ''}/_history/1` }, {}],
    });
    expect(second).toMatchObject({
      target: [{ reference: `RiskAssessment/${risk?.id ?? ''}/_history/2` }, {}],
    });
  });

  it('an older result leaves a newer one there too', async () => {
    await bench.writer().write(newer(), NEVER);
    expect(await bench.writer().write(anAssessment(), NEVER)).toBe('superseded');
  });
});

it('refused content is refused, also by identifier, with the first reason', async () => {
  bench.onBefore((call) => {
    if (call === 'put' || call === 'putBy') throw new CdsError('FHIR_WRITE_REFUSED', call);
  });
  await expect(bench.writer().write(anAssessment(), NEVER)).rejects.toMatchObject({
    code: 'FHIR_WRITE_REFUSED',
    detail: 'put',
  });
  expect(bench.calls.filter((call) => call === 'putBy')).toHaveLength(1);
});

it('two results of one patient at a time: one after the other, the newer one stays', async () => {
  const writer = bench.writer();
  await Promise.all([writer.write(newer(), NEVER), writer.write(anAssessment(), NEVER)]);
  expect((await riskNow()).extension?.[1]?.valueId).toBe(newer().fingerprint);
});

describe.each(['takes', 'refuses'] as const)('a server that %s our ids, failing at any step', (how) => {
  /** Ids that the server gave are its own affair. */
  const shown = (all: Awaited<ReturnType<WriteBench['all']>>): unknown[] =>
    all.map((resource) =>
      how === 'takes'
        ? { ...resource, meta: { ...resource.meta, lastUpdated: undefined } }
        : `${resource.resourceType} ${resource.meta?.versionId ?? '?'}`,
    );
  interface Step {
    readonly at: number;
    readonly late: boolean;
  }

  /** One attempt of a new process; true where it came to its end. */
  const attempt = async (trial: WriteBench, result: Assessment, code: 'FHIR_TIMEOUT', step?: Step) => {
    const refuse = how === 'refuses' ? refuseOurIds(trial, 'does') : undefined;
    let made = 0;
    const fail = (): void => {
      if (made++ === step?.at) throw new CdsError(code);
    };
    trial.calm();
    trial.onBefore(async (...call) => {
      if (step?.late === false) fail();
      await refuse?.(...call);
    });
    trial.onAfter(() => {
      if (step?.late === true) fail();
    });
    try {
      await trial.writer().write(result, NEVER);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code });
      return false;
    }
  };

  const results = [anAssessment(), newer()];
  let expected: unknown[];
  beforeAll(async () => {
    const calm = await startWriteBench();
    for (const result of results) await attempt(calm, result, 'FHIR_TIMEOUT');
    expected = shown(await calm.all());
    await calm.server.close();
  });

  it('before or after the server acted, then tried again: same resources, same versions, none twice', async () => {
    const failures = fc.record({
      /** At which request each attempt fails. */
      steps: fc.array(fc.record({ at: fc.nat(18), late: fc.boolean() }), { maxLength: 6 }),
      code: fc.constantFrom('FHIR_UNREACHABLE', 'FHIR_TIMEOUT', 'FHIR_THROTTLED'),
    });
    await fc.assert(
      fc.asyncProperty(failures, async ({ steps, code }) => {
        const trial = await startWriteBench();
        try {
          const script = [...steps];
          for (const result of results)
            while (!(await attempt(trial, result, code as 'FHIR_TIMEOUT', script.shift())));
          expect(shown(await trial.all())).toEqual(expected);
        } finally {
          await trial.server.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('audit events', () => {
  const access = {
    id: '0b1c2d3e-0000-4000-8000-000000000001',
    patientId: 'patient-1',
    what: 'worker-read',
    when: '2026-03-01T09:30:00.000Z',
  } as const;
  const events = async () =>
    (await bench.client.search('AuditEvent', {}, { signal: NEVER })) as unknown as AuditEvent[];

  it('sent twice is one event, and holds no query', async () => {
    await writeAuditEvent(bench.client, access, NEVER);
    await writeAuditEvent(bench.client, access, NEVER);
    const [event, ...more] = await events();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      action: 'E',
      recorded: access.when,
      agent: [{ requestor: true, who: { identifier: { value: 'recurrence-cds' } } }],
      entity: [{ what: { reference: 'Patient/patient-1' } }],
    });
    expect(event?.entity?.[0]?.query).toBeUndefined();
  });

  it('is created where our ids are refused', async () => {
    bench.onBefore(refuseOurIds(bench, 'does'));
    await writeAuditEvent(bench.client, access, NEVER);
    expect(await events()).toHaveLength(1);
  });
});
