import { z } from 'zod';
import { CRITERION_IDS, DEFAULT_BLOCKING } from '../domain/index.ts';
import { isTimeZone } from './clock.ts';
import { imagingSchema } from './imaging-config.ts';

const timeZone = z.string().refine(isTimeZone, { error: 'not an IANA time zone' });

const criteria = z.array(z.enum(CRITERION_IDS));

/** SMART Backend Services of one tenant, http://hl7.org/fhir/smart-app-launch/backend-services.html */
const smartSchema = z.strictObject({
  clientId: z.string().min(1),
  scope: z.string().min(1).default('system/*.rs'),
  algorithm: z.enum(['RS384', 'ES384']).default('ES384'),
  /** Where discovery is not offered. */
  tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const writeBackSchema = z.strictObject({
  enabled: z.boolean().default(false),
  diagnosticReport: z.boolean().default(false),
  auditEvents: z.boolean().default(false),
});

const subscriptionsSchema = z.strictObject({
  /** What notifications must carry as `Authorization: Bearer`; without one the door is shut. */
  secret: z.string().min(16).optional(),
  /** Milliseconds in which several notifications of one patient are one assessment. */
  quietMs: z.number().int().min(0).default(5000),
});

const cron = z.string().regex(/^\S+( \S+){4,5}$/, { error: 'not a cron pattern such as 0 2 * * *' });

const sweepSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** In the tenant's time zone. */
  cron: cron.default('0 2 * * *'),
  daysAhead: z.number().int().min(0).max(30).default(1),
});

const eligibilitySchema = z.strictObject({
  /** Criteria that block an assessment when they are not met, and when they are unknown. */
  blocking: z
    .strictObject({
      notMet: criteria.default([...DEFAULT_BLOCKING.notMet]),
      unknown: criteria.default([...DEFAULT_BLOCKING.unknown]),
    })
    .prefault({}),
  /** What a stage is taken for that does not say its edition of TNM. */
  tnmEditionWhenUnstated: z.enum(['8', 'unknown']).default('unknown'),
  minimumNeoadjuvantCycles: z.number().int().min(1).default(2),
});

/** One EHR, or one of a vendor's, that may call: CDS Hooks 2.0, "Trusting CDS Clients". */
const clientSchema = z
  .strictObject({
    /** `iss` of its JWTs, letter for letter. */
    issuer: z.string().min(1),
    /** Where its public keys are; a JWT's `jku`, if it has one, must be this address. */
    jwksUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** A JWKS file with its public keys, instead. */
    jwksFile: z.string().min(1).optional(),
    algorithms: z
      .array(z.enum(['ES384', 'RS384']))
      .min(1)
      .default(['ES384', 'RS384']),
    /** Accepted beside the address that is called, for EHRs that send a fixed `aud`. */
    audience: z.array(z.string().min(1)).default([]),
    /** The JWT's `tenant`, where one issuer speaks for several. */
    tenant: z.string().min(1).optional(),
  })
  .refine(({ jwksUrl, jwksFile }) => (jwksUrl === undefined) !== (jwksFile === undefined), {
    error: 'needs jwksUrl or jwksFile, and not both',
  });

const clientAuthSchema = z.strictObject({
  clients: z.array(clientSchema).default([]),
  /** Unless said: yes where there are clients. In production a tenant without clients must say no. */
  required: z.boolean().optional(),
  /** The discovery, too, is only for clients. */
  protectDiscovery: z.boolean().default(false),
  clockSkewSeconds: z.number().int().min(0).max(300).default(30),
  /** The longest that a JWT may be valid: exp - iat. */
  maxLifetimeSeconds: z.number().int().min(30).max(86_400).default(3600),
});

/** Text by language; one in English serves the other. */
const localised = z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1).optional() });

const cardsSchema = z.strictObject({
  /** Links at the foot of every card that shows a risk: the hospital's protocol, a SMART app. */
  links: z
    .array(
      z.strictObject({
        label: localised,
        url: z.url({ protocol: /^https?$/ }),
        type: z.enum(['absolute', 'smart']).default('absolute'),
      }),
    )
    .max(5)
    .default([]),
  /** What the EHR shall do by itself: keep the RiskAssessment. Only where EHR and site agreed on it. */
  systemActions: z.array(z.enum(['risk-assessment'])).default([]),
});

/** One site this service answers. */
export const tenantSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /** The FHIR R4 base URL: what workers read, and the only fhirServer accepted in requests. */
  fhirBaseUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  timeZone: timeZone.default('UTC'),
  /** False: the site allows no reading beyond prefetch; what prefetch holds is assessed in the request. */
  backgroundAccess: z.boolean().default(true),
  /** A static bearer token for the workers, where the server asks for one. */
  bearerToken: z.string().min(1).optional(),
  /** SMART Backend Services for the workers, instead of a static token. */
  smart: smartSchema.optional(),
  writeBack: writeBackSchema.prefault({}),
  subscriptions: subscriptionsSchema.prefault({}),
  sweep: sweepSchema.prefault({}),
  clientAuth: clientAuthSchema.prefault({}),
  cards: cardsSchema.prefault({}),
  eligibility: eligibilitySchema.prefault({}),
  imaging: imagingSchema.prefault({}),
});

export type TenantConfig = z.infer<typeof tenantSchema>;
export type ClientConfig = z.infer<typeof clientSchema>;

/** Does this tenant answer only to those who prove who they are? */
export const needsClient = ({ clientAuth: { required, clients } }: TenantConfig): boolean =>
  required ?? clients.length > 0;
