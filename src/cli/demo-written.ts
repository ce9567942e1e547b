import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../app/index.ts';
import { readWrittenBack, type WrittenHorizon, type WrittenResult } from '../demo/index.ts';
import { CdsError } from '../domain/index.ts';
import { demoSite, LIMIT_MS, until } from './demo-site.ts';
import { heading } from './terminal.ts';

/** What a demo has written to its FHIR server, as that server has it. */
export interface Written {
  /** By type of resource. */
  readonly counts: Readonly<Record<string, number>>;
  readonly patientId: string;
  /** The patient's latest result, as read back. */
  readonly result: WrittenResult;
}

const RISK_REPORT = 'https://recurrence-cds.org/fhir/StructureDefinition/recurrence-risk-report';
/** A search for each type that counts what the service wrote and nothing else. */
const COUNTED = {
  RiskAssessment: 'RiskAssessment?_summary=count',
  Provenance: 'Provenance?_summary=count',
  DiagnosticReport: `DiagnosticReport?_profile=${RISK_REPORT}&_summary=count`,
  Device: 'Device?_summary=count',
  AuditEvent: 'AuditEvent?_summary=count',
};
/** Without a new AuditEvent for so long, there will be none. */
const QUIET_MS = 300;

const countOf = async (fhirBaseUrl: string, query: string): Promise<number> => {
  const response = await fetch(`${fhirBaseUrl}/${query}`, { signal: AbortSignal.timeout(LIMIT_MS) });
  return ((await response.json()) as { total?: number }).total ?? 0;
};

/**
 * Waits until everything that is stored is written. AuditEvents have no outbox that tells: their number stands still.
 *
 * @throws {CdsError} INTERNAL where it does not come to an end
 */
async function writtenBack(
  { core }: Pick<Service, 'core'>,
  tenant: string,
  fhirBaseUrl: string,
): Promise<void> {
  await core.writeBacks.idle();
  await until('results were not written back', async () =>
    (await core.outbox.list(tenant)).length === 0 ? true : undefined,
  );
  let before = -1;
  await until('accesses were not recorded', async () => {
    const now = await countOf(fhirBaseUrl, COUNTED.AuditEvent);
    if (now === before) return true;
    before = now;
    await sleep(QUIET_MS);
    return undefined;
  });
}

/**
 * What is in the FHIR server once everything is written.
 *
 * @param patientId whose latest result is read back
 * @throws {CdsError} INTERNAL where it was not written in time
 */
export async function readWritten(service: Service, patientId: string): Promise<Written> {
  const { tenant } = demoSite(service);
  await writtenBack(service, tenant.id, tenant.fhirBaseUrl);
  const counted = Object.entries(COUNTED).map(
    async ([type, query]) => [type, await countOf(tenant.fhirBaseUrl, query)] as const,
  );
  const counts = Object.fromEntries(await Promise.all(counted));
  const { results } = await readWrittenBack(tenant.fhirBaseUrl, patientId, AbortSignal.timeout(LIMIT_MS));
  const [result] = results;
  if (result === undefined) throw new CdsError('INTERNAL', 'a result is not in the FHIR server');
  return { counts, patientId, result };
}

/** As written: a share of four digits, and percent of two. */
const percent = (value: number): string => `${(100 * value).toFixed(2)}%`.padStart(6);

const horizonText = ({ months, risk = NaN, low = NaN, high = NaN, likelihood }: WrittenHorizon): string =>
  `    within ${String(months).padStart(2)} months  ${percent(risk)}  ` +
  `(90% interval ${percent(low)}–${percent(high)})${likelihood === undefined ? '' : `, ${likelihood}`}`;

/** One result with its Provenance, as the FHIR server has them; newest Provenance alone. */
export const writtenLines = ({
  reference,
  landmarkDate,
  horizons,
  provenances,
  reports,
}: WrittenResult): string[] => [
  `  ${reference}, as of ${landmarkDate}`,
  ...horizons.map(horizonText),
  ...provenances
    .slice(0, 1)
    .flatMap(({ reference: provenance, agent, entities }) => [
      `  ${provenance}, ${String(entities)} entities, each at its version; agent:`,
      `    ${agent}`,
    ]),
  ...reports.map((report) => `  ${report}`),
];

/** For the terminal. */
export const printWritten = ({ counts, patientId, result }: Written): string =>
  [
    heading('Written back to the FHIR server').trimEnd(),
    `  ${Object.entries(counts)
      .map(([type, count]) => `${String(count)} ${type}`)
      .join(', ')}`,
    '  Each was validated on being written against the profile that it claims. The results are those',
    `  of today and of an earlier visit that the demo remembers. Read back for ${patientId}:`,
    '',
    ...writtenLines(result),
    '',
  ].join('\n');
