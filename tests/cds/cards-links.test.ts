/** Links of a site on the cards of the service. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseSchema } from '../../src/cards/index.ts';
import { hookRequest, SERVICE_PATH, startStack, type Stack } from '../http/running-service.ts';

const PATIENT = 'demo-high-10-months';
const LINKS = [
  { label: { en: 'Follow-up protocol', 'zh-CN': '随访方案' }, url: 'https://intranet.example/follow-up' },
  { label: { en: 'Trajectory' }, url: 'https://app.example/launch', type: 'smart' },
];

let withLinks: Stack;
let without: Stack;
beforeAll(async () => {
  [withLinks, without] = await Promise.all([
    startStack({ tenant: { cards: { links: LINKS } } }),
    startStack(),
  ]);
});
afterAll(() => Promise.all([withLinks.close(), without.close()]));

const cardOf = async (stack: Stack, patient = PATIENT, language = 'en') => {
  const answer = await fetch(`${stack.service.url}${SERVICE_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': language },
    body: JSON.stringify(hookRequest(patient, stack.fhirBaseUrl)),
  });
  const body = responseSchema.parse(await answer.json());
  return body.cards[0]!;
};

describe('links', () => {
  it('are the site’s, in the reader’s language', async () => {
    const { links } = await cardOf(withLinks);
    expect(links).toMatchObject([
      { label: 'Follow-up protocol', url: 'https://intranet.example/follow-up', type: 'absolute' },
      { label: 'Trajectory', url: 'https://app.example/launch', type: 'smart' },
    ]);
    expect((await cardOf(withLinks, PATIENT, 'zh-CN')).links?.[0]?.label).toBe('随访方案');
  });

  it('hand a SMART app a fingerprint, and nothing that names the patient', async () => {
    const smart = (await cardOf(withLinks)).links?.[1];
    const { appContext } = smart as { appContext: string };
    expect(JSON.parse(appContext)).toEqual({ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(appContext).not.toContain(PATIENT);
  });

  it('are on no card without a risk', async () => {
    expect((await cardOf(withLinks, 'demo-stage-iiic')).links).toBeUndefined();
    expect((await cardOf(withLinks, 'demo-recurred')).links).toBeUndefined();
  });

  it('the risk card is complete without any link, as where the sandbox disables SMART links', async () => {
    const linked = await cardOf(withLinks);
    const plain = await cardOf(without);
    expect(plain.links).toBeUndefined();
    expect([plain.summary, plain.detail, plain.indicator]).toEqual([
      linked.summary,
      linked.detail,
      linked.indicator,
    ]);
    expect(plain.suggestions?.map(({ label }) => label)).toEqual(
      linked.suggestions?.map(({ label }) => label),
    );
  });
});
