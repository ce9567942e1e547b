import type { Provenance, RiskAssessment } from 'fhir/r4.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CdsError, type Assessment } from '../../../../src/domain/index.ts';
import { anAssessment } from '../../../contract/records-for-tests.ts';
import { ids, NEVER, startWriteBench, type WriteBench } from './bench.ts';

let bench: WriteBench;
beforeEach(async () => {
  bench = await startWriteBench();
});
afterEach(() => bench.server.close());

const riskNow = () => bench.read<RiskAssessment>('RiskAssessment', ids.riskAssessment(anAssessment()));
const versions = async () => (await bench.all()).map(({ id, meta }) => `${id} ${meta?.versionId ?? '?'}`);

describe('evidence that was deleted meanwhile, on a server that checks references', () => {
  const EVIDENCE = ['there', 'gone'].map((id) => ({ reference: `Observation/${id}`, version: '1' }));
  const result = (over: Partial<Assessment> = {}) => anAssessment({ evidence: EVIDENCE, ...over });
  const put = (id: string) =>
    bench.server.send('PUT', `Observation/${id}`, {
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { text: 'evidence' },
    });
  /** HAPI answers 400 to a reference that leads nowhere. */
  const refuseDangling = (...unchecked: string[]): void => {
    bench.onBefore(async (call, resource) => {
      if (!call.startsWith('put') || unchecked.includes(resource?.resourceType ?? '')) return;
      for (const { reference } of EVIDENCE) {
        const { status } = await bench.server.get(reference);
        if (status !== 200 && JSON.stringify(resource).includes(`"reference":"${reference}`))
          throw new CdsError('FHIR_WRITE_REFUSED');
      }
    });
  };
  beforeEach(async () => {
    await put('there');
    refuseDangling();
  });

  it('is named in words, in the RiskAssessment and its Provenance, and a note says so', async () => {
    const writer = bench.writer();
    expect(await writer.write(result(), NEVER)).toBe('written');
    const inWords = { type: 'Observation', display: 'Observation/gone/_history/1, no longer on this server' };
    const { basis, note } = await riskNow();
    expect(basis).toEqual([{ reference: 'Observation/there' }, inWords]);
    expect(note?.some(({ text }) => text.includes('named in words: 1 of the resources'))).toBe(true);
    const provenance = (await bench.all()).at(-1) as unknown as Provenance;
    expect(provenance.entity?.map(({ what }) => what)).toEqual([
      { reference: 'Observation/there/_history/1' },
      inWords,
    ]);
    const before = await versions();
    expect(await writer.write(result(), NEVER)).toBe('unchanged');
    expect(await versions()).toEqual(before);
  });

  it('is named in words only where its reference is refused: HAPI checks none of RiskAssessment.basis', async () => {
    refuseDangling('RiskAssessment');
    const writer = bench.writer();
    expect(await writer.write(result(), NEVER)).toBe('written');
    expect((await riskNow()).basis?.[1]).toEqual({ reference: 'Observation/gone' });
    const provenance = (await bench.all()).at(-1) as unknown as Provenance;
    expect(provenance.entity?.[1]?.what.reference).toBeUndefined();
    const before = await versions();
    expect(before.every((each) => each.endsWith(' 1'))).toBe(true);
    expect(await writer.write(result(), NEVER)).toBe('unchanged');
    expect(await versions()).toEqual(before);
  });

  it('is not looked for where nothing is refused', async () => {
    await put('gone');
    await bench.writer().write(result(), NEVER);
    expect(bench.calls.filter((call) => call === 'read')).toHaveLength(4);
    expect((await riskNow()).basis).toHaveLength(2);
  });

  it('is no excuse for another refusal', async () => {
    await put('gone');
    bench.onBefore((call) => {
      if (call === 'put' || call === 'putBy') throw new CdsError('FHIR_WRITE_REFUSED', call);
    });
    await expect(bench.writer().write(result(), NEVER)).rejects.toMatchObject({
      code: 'FHIR_WRITE_REFUSED',
      detail: 'put',
    });
  });

  it('which may not be read is taken to be there', async () => {
    bench.onBefore((call, resource) => {
      if (call === 'read' && bench.writes() > 1) throw new CdsError('FHIR_REFUSED');
      if (call.startsWith('put') && resource?.resourceType === 'RiskAssessment')
        throw new CdsError('FHIR_WRITE_REFUSED');
    });
    await expect(bench.writer().write(result(), NEVER)).rejects.toMatchObject({ code: 'FHIR_WRITE_REFUSED' });
  });
});
