import type { Days, OrderKind } from '../../cards/index.ts';
import {
  list,
  patientIdOf,
  record,
  serviceRequestFact,
  text,
  type Json,
  type ServiceRequestFact,
} from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import type { TenantConfig } from '../../platform/index.ts';
import { withoutEmpty, type HookDependencies } from '../common/index.ts';
import type { KindOf } from './kinds.ts';
import { isOtherQuestion } from './question.ts';
import type { OrderSelectContext } from './schema.ts';

/** One draft that asks for a test of follow-up. */
export interface Draft {
  /** `ServiceRequest/id`; without an id it cannot be selected, only stand beside one, as `ServiceRequest/`. */
  readonly reference: string;
  readonly test: OrderKind;
  /** Something may be said of it: it is selected, and does not itself say that it is for another question. */
  readonly concerns: boolean;
  /** Absent where what it says of its time names no days. */
  readonly wanted?: Days;
  /** False: it names no time, and `wanted` is today. */
  readonly dated: boolean;
  readonly title?: string;
  readonly fact: ServiceRequestFact;
  readonly resource: Json & { readonly resourceType: string; readonly id: string };
}

/** The orders that order-select may carry; what else is in the Bundle (a Medication) belongs to one of them. */
const ORDERS: ReadonlySet<unknown> = new Set([
  'DeviceRequest',
  'MedicationRequest',
  'NutritionOrder',
  'ServiceRequest',
  'VisionPrescription',
]);

const resourcesOf = ({ draftOrders }: OrderSelectContext) =>
  (draftOrders.entry ?? []).map(({ resource }) => resource);

/**
 * Every draft order has to be of the patient whose chart is open; one that names nobody counts as another's.
 *
 * @throws {CdsError} CDS_PATIENT_MISMATCH
 */
export function refuseForeign(context: OrderSelectContext, { fhirBaseUrl }: TenantConfig): void {
  const foreign = resourcesOf(context).some(
    (resource) =>
      ORDERS.has(resource['resourceType']) && patientIdOf(resource, fhirBaseUrl) !== context.patientId,
  );
  if (foreign)
    throw new CdsError(
      'CDS_PATIENT_MISMATCH',
      'An order in context.draftOrders is not of context.patientId.',
    );
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

const hasControl = (value: unknown): boolean => {
  let found = false;
  JSON.stringify(value, (name, inner: unknown) => {
    found ||= CONTROL.test(name) || (typeof inner === 'string' && CONTROL.test(inner));
    return inner;
  });
  return found;
};

/**
 * A suggestion gives an order back whole, so what FHIR allows in no string is refused with it: some of those
 * characters mean something to whoever takes the answer apart.
 *
 * @throws {CdsError} CDS_REQUEST_INVALID
 */
export function refuseControlCharacters(drafts: readonly Draft[]): void {
  if (drafts.some(({ concerns, resource }) => concerns && hasControl(resource)))
    throw new CdsError(
      'CDS_REQUEST_INVALID',
      'context.draftOrders: control characters, which FHIR has none of.',
    );
}

/** Taken back while it was being written. */
const NO_LONGER_WANTED: ReadonlySet<string | undefined> = new Set([
  'revoked',
  'completed',
  'entered-in-error',
]);

const titleOf = (resource: Json): string | undefined => {
  const code = record(resource['code']);
  const displays = list(code?.['coding']).flatMap((coding) => text(record(coding)?.['display']) ?? []);
  return text(code?.['text']) ?? displays[0];
};

/** The drafts that ask for one of the tests, in the order they stand in. */
export function followUpDrafts(
  context: OrderSelectContext,
  { kindOf, codes }: { readonly kindOf: KindOf; readonly codes: HookDependencies['codes'] },
  { timeZone, today }: { readonly timeZone: string; readonly today: string },
): readonly Draft[] {
  const selections = new Set(context.selections);
  return resourcesOf(context).flatMap((resource): Draft[] => {
    if (resource['resourceType'] !== 'ServiceRequest') return [];
    const fact = serviceRequestFact(resource, timeZone);
    const test = kindOf(fact.codings);
    if (test === undefined || fact.doNotPerform === true || NO_LONGER_WANTED.has(fact.status)) return [];
    const { reference } = fact.source;
    const title = titleOf(resource);
    const wanted = fact.wanted ?? { from: today, to: today };
    return [
      {
        ...{ reference, test, fact },
        concerns: selections.has(reference) && !isOtherQuestion(codes, resource),
        resource: {
          ...record(withoutEmpty(resource)),
          resourceType: resource.resourceType,
          id: resource.id ?? '',
        },
        dated: fact.wanted !== undefined,
        ...(wanted !== 'unreadable' && { wanted }),
        ...(title !== undefined && { title }),
      },
    ];
  });
}
