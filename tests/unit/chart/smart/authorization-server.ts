/** A small authorization server in front of the embedded FHIR server: it believes nothing that it can check. */
import express, { type Request, type Response } from 'express';
import type { FhirResource } from 'fhir/r4.js';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { createFhirServer } from '../../../../src/demo/index.ts';
import { listen, LOOPBACK } from '../../../../src/platform/index.ts';

export interface AuthorizationServer {
  readonly fhirBaseUrl: string;
  readonly tokenUrl: string;
  /** What went wrong or right with each token request, in order: `granted` or an error code. */
  readonly tokenRequests: string[];
  readonly assertions: JWTPayload[];
  /** The tokens that FHIR requests carried. */
  readonly fhirTokens: string[];
  /** What tests change while it runs. */
  readonly behaviour: {
    clientId: string;
    scopes: readonly string[];
    expiresInSeconds: number;
    /** Its clock, ahead of the machine's. */
    aheadSeconds: number;
    /** Milliseconds until it answers. */
    delayMs: number;
    discovery: (response: Response) => void;
    /** Instead of checking. */
    answerToken: ((response: Response) => void) | undefined;
  };
  /** Accepts a token that it did not issue here: an EHR's. */
  accept(token: string): void;
  /** Makes every token so far worthless. */
  revokeAll(): void;
  close(): Promise<void>;
}

const refuse = (response: Response, error: string): void => void response.status(400).json({ error });

/** @param publishedKeys our JWKS as it is published at that moment */
export async function startAuthorizationServer(
  publishedKeys: () => Promise<object>,
  resources: readonly FhirResource[] = [],
): Promise<AuthorizationServer> {
  const fhir = createFhirServer();
  await fhir.load(resources);
  const tokenRequests: string[] = [];
  const assertions: JWTPayload[] = [];
  const fhirTokens: string[] = [];
  const usedIds = new Set<string>();
  const tokens = new Map<string, number>();
  let issued = 0;

  const app = express();
  const listening = await listen(app, LOOPBACK, 0);
  const tokenUrl = `${listening.url}/token`;
  const behaviour: AuthorizationServer['behaviour'] = {
    clientId: 'recurrence-cds',
    scopes: ['system/*.rs'],
    expiresInSeconds: 300,
    aheadSeconds: 0,
    delayMs: 0,
    discovery: (response) => void response.json({ token_endpoint: tokenUrl }),
    answerToken: undefined,
  };
  const now = () => new Date(Date.now() + behaviour.aheadSeconds * 1000);

  /** The claims, or what is wrong with them. */
  const verify = async (assertion: string): Promise<JWTPayload | string> => {
    const { clientId } = behaviour;
    const keys = createLocalJWKSet((await publishedKeys()) as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(assertion, keys, {
      algorithms: ['RS384', 'ES384'],
      issuer: clientId,
      subject: clientId,
      audience: tokenUrl,
      typ: 'JWT',
      requiredClaims: ['exp', 'jti'],
      currentDate: now(),
    });
    if (protectedHeader.kid === undefined) return 'no kid';
    if (payload.exp! - now().getTime() / 1000 > 300) return 'lives longer than 5 minutes';
    if (usedIds.has(payload.jti!)) return 'jti used before';
    usedIds.add(payload.jti!);
    return payload;
  };

  const grant = async (form: Record<string, string>, response: Response): Promise<string> => {
    const assertion = form['client_assertion'] ?? '';
    const claims = await verify(assertion).catch((error: unknown) => (error as Error).message);
    const typed = form['client_assertion_type'] === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    if (typeof claims === 'string' || !typed || form['grant_type'] !== 'client_credentials') {
      refuse(response, 'invalid_client');
      return `invalid_client: ${JSON.stringify(claims)}`;
    }
    assertions.push(claims);
    const scope = (form['scope'] ?? '').split(' ').filter((each) => behaviour.scopes.includes(each));
    if (scope.length === 0) {
      refuse(response, 'invalid_scope');
      return 'invalid_scope';
    }
    const token = `token-${String(++issued)}`;
    tokens.set(token, now().getTime() + behaviour.expiresInSeconds * 1000);
    response.json({
      access_token: token,
      token_type: 'Bearer',
      expires_in: behaviour.expiresInSeconds,
      scope: scope.join(' '),
    });
    return 'granted';
  };

  app.get('/fhir/.well-known/smart-configuration', (_request, response) => {
    behaviour.discovery(response);
  });
  app.post('/token', express.urlencoded({ extended: false }), async (request: Request, response) => {
    await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs));
    response.set('date', now().toUTCString());
    if (behaviour.answerToken !== undefined) {
      tokenRequests.push('scripted');
      behaviour.answerToken(response);
      return;
    }
    tokenRequests.push(await grant(request.body as Record<string, string>, response));
  });
  app.use('/fhir', (request, response, next) => {
    const token = request.get('authorization')?.replace(/^Bearer /, '') ?? '';
    fhirTokens.push(token);
    if ((tokens.get(token) ?? 0) > now().getTime()) next();
    else response.status(401).json({ resourceType: 'OperationOutcome', issue: [] });
  });
  app.use(fhir.app);

  return {
    fhirBaseUrl: `${listening.url}/fhir`,
    tokenUrl,
    tokenRequests,
    assertions,
    fhirTokens,
    behaviour,
    accept: (token) => void tokens.set(token, Number.POSITIVE_INFINITY),
    revokeAll: () => {
      tokens.clear();
    },
    close: listening.close,
  };
}
