import { z } from 'zod';

/** A request or an appointment of a patient, that is still to come or to be decided on. */
export interface Planned {
  readonly type: 'ServiceRequest' | 'Appointment';
  /** `Type/id`; none where it was never saved. */
  readonly reference?: string;
  /** In the resource's own words, else its first code. */
  readonly what: string;
  readonly status: string;
  /** Of a ServiceRequest. */
  readonly intent?: string;
  /** YYYY-MM-DD */
  readonly from?: string;
  /** YYYY-MM-DD; the day itself where it is one. */
  readonly to?: string;
  readonly codes: readonly string[];
}

const period = z.object({ start: z.string().optional(), end: z.string().optional() });
const concept = z.object({
  text: z.string().optional(),
  coding: z.array(z.object({ code: z.string().optional(), display: z.string().optional() })).default([]),
});
const resource = z.discriminatedUnion('resourceType', [
  z.object({
    resourceType: z.literal('ServiceRequest'),
    id: z.string().optional(),
    status: z.string(),
    intent: z.string(),
    code: concept.optional(),
    occurrenceDateTime: z.string().optional(),
    occurrencePeriod: period.optional(),
  }),
  z.object({
    resourceType: z.literal('Appointment'),
    id: z.string().optional(),
    status: z.string(),
    serviceType: z.array(concept).default([]),
    appointmentType: concept.optional(),
    start: z.string().optional(),
    requestedPeriod: z.array(period).default([]),
  }),
]);

const bundle = z.object({ entry: z.array(z.object({ resource: z.unknown() })).default([]) });

type Parsed = z.infer<typeof resource>;

const OVER: ReadonlySet<string> = new Set([
  ...['completed', 'revoked', 'entered-in-error', 'unknown'],
  ...['cancelled', 'noshow', 'fulfilled'],
]);

const dayOf = (instant: string | undefined): string | undefined => instant?.slice(0, 10);

const daysOf = (read: Parsed): { readonly from?: string; readonly to?: string } => {
  const [day, days] =
    read.resourceType === 'ServiceRequest'
      ? [read.occurrenceDateTime, read.occurrencePeriod]
      : [read.start, read.requestedPeriod[0]];
  const from = dayOf(day ?? days?.start);
  const to = dayOf(day ?? days?.end);
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
};

const conceptsOf = (read: Parsed): readonly z.infer<typeof concept>[] => {
  const all =
    read.resourceType === 'ServiceRequest' ? [read.code] : [...read.serviceType, read.appointmentType];
  return all.filter((each) => each !== undefined);
};

/** What of a resource a list of plans shows; undefined for another type, or another shape. */
const plannedOf = (value: unknown): Planned | undefined => {
  const { success, data } = resource.safeParse(value);
  if (!success) return undefined;
  const concepts = conceptsOf(data);
  const codings = concepts.flatMap(({ coding }) => coding);
  return {
    type: data.resourceType,
    ...(data.id !== undefined && { reference: `${data.resourceType}/${data.id}` }),
    what:
      concepts.find(({ text }) => text !== undefined)?.text ?? codings[0]?.display ?? codings[0]?.code ?? '',
    status: data.status,
    ...(data.resourceType === 'ServiceRequest' && { intent: data.intent }),
    ...daysOf(data),
    codes: codings.flatMap(({ code }) => code ?? []),
  };
};

const sameKey = ({ type, from, to, codes }: Planned): string =>
  JSON.stringify([type, from, to, [...codes].sort()]);

/** The reference of what a suggestion would create, where it is among the plans already. */
export const findSame = (planned: readonly Planned[], value: unknown): string | undefined => {
  const wanted = plannedOf(value);
  return wanted === undefined
    ? undefined
    : planned.find((each) => sameKey(each) === sameKey(wanted))?.reference;
};

/**
 * Reads from the FHIR server what is ordered, booked or proposed of a patient, the earliest first.
 *
 * @param patientId a FHIR id
 * @throws where the server does not answer, or with something else
 */
export async function readPlanned(
  fhirUrl: string,
  patientId: string,
  signal: AbortSignal,
): Promise<readonly Planned[]> {
  const patient = encodeURIComponent(`Patient/${patientId}`);
  const pages = await Promise.all(
    [`ServiceRequest?subject=${patient}`, `Appointment?patient=${patient}`].map(async (query) => {
      const response = await fetch(`${fhirUrl.replace(/\/+$/, '')}/${query}&_count=100`, {
        headers: { accept: 'application/fhir+json' },
        signal,
      });
      return bundle.parse(await response.json()).entry;
    }),
  );
  const first = ({ from = '' }: Planned): string => from;
  return pages
    .flat()
    .flatMap((entry) => plannedOf(entry.resource) ?? [])
    .filter(({ status }) => !OVER.has(status))
    .toSorted((one, other) => first(one).localeCompare(first(other)));
}
