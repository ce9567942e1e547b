/** What a request without a callback must bring, and what it may leave out. */
import { describe, expect, it } from 'vitest';
import { careQueries } from '../../../src/chart/index.ts';
import { createChartReader } from '../../../src/hooks/common/index.ts';
import { configSchema } from '../../../src/platform/config.ts';
import { patient, PATIENT_ID } from '../support/fhir.ts';
import { NEVER, queries } from '../support/reading.ts';

const { tenants, fhir } = configSchema.parse({
  tenants: [{ id: 'site', fhirBaseUrl: 'https://fhir.example.org' }],
});
const [tenant] = tenants;
const reader = createChartReader({ tenants, queries, careQueries: careQueries(), fhir });

/** Prefetch of these queries: nothing but the Patient in any of them. */
const read = (keys: readonly string[]) => {
  const prefetch = Object.fromEntries(keys.map((key) => [key, key === 'patient' ? patient() : null]));
  const request = { prefetch, context: {} } as unknown as Parameters<typeof reader.read>[0];
  if (tenant === undefined) throw new Error('no tenant');
  return reader.read(request, tenant, { patientId: PATIENT_ID }, NEVER);
};

const needed = queries.filter((query) => query.optional !== true).map(({ key }) => key);
const optional = queries.filter((query) => query.optional === true).map(({ key }) => key);

describe('without a callback', () => {
  it('what few EHRs have may be missing: it is unread, and nothing failed', async () => {
    const { chart, failure } = await read(needed);
    expect(failure).toBeUndefined();
    expect([...chart.unread]).toEqual(optional);
    expect([...(await read([...needed, ...optional])).chart.unread]).toEqual([]);
    expect([...(await read([...needed, 'consents'])).chart.unread]).not.toContain('consents');
  });

  it.each(needed)('%s may not', async (missing) => {
    await expect(read(needed.filter((key) => key !== missing))).rejects.toMatchObject({
      code: 'CDS_PREFETCH_MISSING',
      detail: `Missing: ${missing}.`,
    });
  });
});
