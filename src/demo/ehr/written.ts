import { z } from 'zod';

/** One horizon of a RiskAssessment: a prediction, and its interval as the prediction's extension. Shares of 0..1. */
export interface WrittenHorizon {
  readonly months: number;
  readonly risk?: number;
  readonly low?: number;
  readonly high?: number;
  /** Of http://terminology.hl7.org/CodeSystem/risk-probability, where the service names a stratum. */
  readonly likelihood?: string;
}

export interface WrittenProvenance {
  readonly reference: string;
  /** Who made it, by the resource's own words. */
  readonly agent: string;
  readonly device?: string;
  /** The resources that the result rests on. */
  readonly entities: number;
}

/** A RiskAssessment with what the service wrote beside it. References are `Type/id`. */
export interface WrittenResult {
  readonly reference: string;
  /** YYYY-MM-DD, the day that the risk counts from. */
  readonly landmarkDate: string;
  /** Shortest horizon first; empty where no risk could be estimated. */
  readonly horizons: readonly WrittenHorizon[];
  /** Newest first: one for each result of that day. */
  readonly provenances: readonly WrittenProvenance[];
  readonly reports: readonly string[];
}

/** What the service wrote into one patient's chart. */
export interface WrittenBack {
  /** Latest day first. */
  readonly results: readonly WrittenResult[];
  /** AuditEvents that name the patient. */
  readonly audited: number;
}

const bundleOf = <T extends z.ZodType>(resource: T) =>
  z.object({
    resourceType: z.literal('Bundle'),
    total: z.number().default(0),
    entry: z.array(z.object({ resource })).default([]),
  });

const RISK_INTERVAL = 'https://recurrence-cds.org/fhir/StructureDefinition/risk-interval';

const part = z.object({ url: z.string(), valueDecimal: z.number().optional() });
const prediction = z.object({
  extension: z.array(z.object({ url: z.string(), extension: z.array(part).default([]) })).default([]),
  probabilityDecimal: z.number().optional(),
  qualitativeRisk: z
    .object({ coding: z.array(z.object({ code: z.string().optional() })).default([]) })
    .optional(),
  whenPeriod: z.object({ start: z.string(), end: z.string() }),
});
const riskAssessments = bundleOf(
  z.object({
    id: z.string(),
    occurrenceDateTime: z.string(),
    prediction: z.array(prediction).default([]),
  }),
);
const provenances = bundleOf(
  z.object({
    id: z.string(),
    target: z.array(z.object({ reference: z.string() })),
    agent: z
      .array(
        z.object({ who: z.object({ reference: z.string().optional(), display: z.string().optional() }) }),
      )
      .min(1),
    entity: z.array(z.unknown()).default([]),
  }),
);
const counted = bundleOf(z.unknown());

type Prediction = z.infer<typeof prediction>;

const monthsBetween = (start: string, end: string): number => {
  const monthOf = (date: string): number => 12 * Number(date.slice(0, 4)) + Number(date.slice(5, 7));
  return monthOf(end) - monthOf(start);
};

const asHorizon = ({
  extension,
  probabilityDecimal,
  qualitativeRisk,
  whenPeriod,
}: Prediction): WrittenHorizon => {
  const likelihood = qualitativeRisk?.coding[0]?.code;
  const interval = extension.find(({ url }) => url === RISK_INTERVAL)?.extension ?? [];
  const [low, high] = ['low', 'high'].map((name) => interval.find(({ url }) => url === name)?.valueDecimal);
  return {
    months: monthsBetween(whenPeriod.start, whenPeriod.end),
    ...(probabilityDecimal !== undefined && { risk: probabilityDecimal }),
    ...(low !== undefined && high !== undefined && { low, high }),
    ...(likelihood !== undefined && { likelihood }),
  };
};

const horizonsOf = (predictions: readonly Prediction[]): WrittenHorizon[] =>
  predictions.map(asHorizon).sort((first, second) => first.months - second.months);

const withoutVersion = (reference: string): string => reference.replace(/\/_history\/.*$/, '');

type Read = <T extends z.ZodType>(query: string, schema: T) => Promise<z.infer<T>>;

const readerOf = (fhirUrl: string, signal: AbortSignal): Read => {
  const base = fhirUrl.replace(/\/+$/, '');
  return async (query, schema) => {
    const response = await fetch(`${base}/${query}`, {
      headers: { accept: 'application/fhir+json' },
      signal,
    });
    return schema.parse(await response.json());
  };
};

const resultOf = async (
  read: Read,
  { id, occurrenceDateTime, prediction }: z.infer<typeof riskAssessments>['entry'][number]['resource'],
): Promise<WrittenResult> => {
  const reference = `RiskAssessment/${id}`;
  const { entry } = await read(`Provenance?target=${reference}&_sort=-recorded&_count=50`, provenances);
  const targets = entry.flatMap(({ resource }) =>
    resource.target.map((each) => withoutVersion(each.reference)),
  );
  return {
    reference,
    landmarkDate: occurrenceDateTime.slice(0, 10),
    horizons: horizonsOf(prediction),
    provenances: entry.map(({ resource }) => {
      const who = resource.agent[0]?.who;
      return {
        reference: `Provenance/${resource.id}`,
        agent: who?.display ?? '',
        ...(who?.reference !== undefined && { device: who.reference }),
        entities: resource.entity.length,
      };
    }),
    reports: [...new Set(targets.filter((target) => target.startsWith('DiagnosticReport/')))],
  };
};

/**
 * Reads from a FHIR server what the service has written into a chart, as any other system of a hospital could.
 *
 * @param patientId a FHIR id
 * @throws where the server does not answer, or with something else
 */
export async function readWrittenBack(
  fhirUrl: string,
  patientId: string,
  signal: AbortSignal,
): Promise<WrittenBack> {
  const read = readerOf(fhirUrl, signal);
  const patient = encodeURIComponent(`Patient/${patientId}`);
  const [found, { total }] = await Promise.all([
    read(`RiskAssessment?subject=${patient}&_sort=-date&_count=50`, riskAssessments),
    read(`AuditEvent?patient=${patient}&_summary=count`, counted),
  ]);
  const results = await Promise.all(found.entry.map(({ resource }) => resultOf(read, resource)));
  return { results, audited: total };
}
