/** What the EHR keeps by itself: only where it and the site agreed on it, and only for clients that prove themselves. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseSchema } from '../../src/cards/index.ts';
import { parseConfig } from '../../src/platform/index.ts';
import { allDefinitions } from '../support/fhir-definitions.ts';
import { createFhirValidator } from '../support/fhir-validator.ts';
import { hookRequest, SERVICE_PATH, startStack, TODAY, type Stack } from '../http/running-service.ts';

const AGREED = { cards: { systemActions: ['risk-assessment'] } };
const CLIENT = { issuer: 'https://ehr.example', jwksFile: 'ehr.jwks.json' };

describe('configuration', () => {
  const configOf = (tenant: object) => () =>
    parseConfig({
      environment: 'test',
      tenants: [{ id: 'site', fhirBaseUrl: 'http://localhost/fhir', ...AGREED, ...tenant }],
    });

  it('refuses system actions where anybody may call', () => {
    for (const clientAuth of [{}, { clients: [CLIENT], required: false }])
      expect(configOf({ clientAuth })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', detail: expect.stringContaining('clientAuth') }),
      );
    expect(configOf({ clientAuth: { clients: [CLIENT] } })).not.toThrow();
  });

  it('refuses them beside write-back: a resource has one writer', () => {
    const tenant = { clientAuth: { clients: [CLIENT] }, writeBack: { enabled: true } };
    expect(configOf(tenant)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', detail: expect.stringContaining('writeBack') }),
    );
  });
});

describe('over HTTP', () => {
  let folder: string;
  let key: CryptoKey;
  let agreed: Stack;
  let notAgreed: Stack;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'recurrence-ehr-'));
    const pair = await generateKeyPair('ES384', { extractable: true });
    key = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'ehr', alg: 'ES384', use: 'sig' };
    const jwksFile = path.join(folder, 'ehr.jwks.json');
    writeFileSync(jwksFile, JSON.stringify({ keys: [jwk] }));
    const clientAuth = { clients: [{ ...CLIENT, jwksFile }] };
    agreed = await startStack({ tenant: { clientAuth, ...AGREED } });
    notAgreed = await startStack({ tenant: { clientAuth } });
  });
  afterAll(async () => {
    await Promise.all([agreed.close(), notAgreed.close()]);
    rmSync(folder, { recursive: true });
  });

  const now = Date.parse(`${TODAY}T10:00:00Z`) / 1000;
  const ask = async (stack: Stack, patient: string) => {
    const url = `${stack.service.url}${SERVICE_PATH}`;
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES384', kid: 'ehr', typ: 'JWT' })
      .setIssuer(CLIENT.issuer)
      .setAudience(url)
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .setJti(randomUUID())
      .sign(key);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(hookRequest(patient, stack.fhirBaseUrl)),
    });
    expect(answer.status).toBe(200);
    return responseSchema.parse(await answer.json());
  };

  it('a fresh risk comes with one update of its RiskAssessment, the same each time', async () => {
    const patient = 'demo-high-10-months';
    const { cards, systemActions = [] } = await ask(agreed, patient);
    expect(cards[0]?.source.topic.code).toBe('recurrence-risk');
    expect(systemActions).toHaveLength(1);
    const [action] = systemActions as { type: string; resource: any }[];
    expect(action).toMatchObject({
      type: 'update',
      resource: {
        resourceType: 'RiskAssessment',
        status: 'final',
        subject: { reference: `Patient/${patient}` },
        performer: { reference: '#model' },
      },
    });
    const { resource } = action!;
    expect(createFhirValidator(allDefinitions()).validate(resource, [resource])).toEqual([]);
    expect((await ask(agreed, patient)).systemActions).toEqual(systemActions);
  });

  it('a patient without a risk comes with none', async () => {
    for (const patient of ['demo-stage-iiic', 'demo-recurred', 'demo-no-lung-cancer'])
      expect((await ask(agreed, patient)).systemActions).toBeUndefined();
  });

  it('a site that did not agree gets none', async () => {
    const { cards, systemActions } = await ask(notAgreed, 'demo-high-10-months');
    expect(cards).toHaveLength(1);
    expect(systemActions).toBeUndefined();
  });
});
