import { asCdsError, type Assessment } from '../../domain/index.ts';
import type { FhirClient } from '../client/types.ts';
import { text, type Json } from '../resource-reader.ts';
import { MODEL_ID, RISK_ID, WRITE_BACK_ID } from './codes.ts';
import { deviceOf, modelIdentifier } from './device.ts';
import { diagnosticReportOf } from './diagnostic-report.ts';
import { findVanished, type Vanished } from './evidence.ts';
import type { WriteIds } from './ids.ts';
import { createPlacer, type Placed, type Placing } from './placer.ts';
import { provenanceOf } from './provenance.ts';
import { riskAssessmentOf } from './risk-assessment.ts';
import { computedAtOf, resultOf } from './same-content.ts';

/**
 * Runs work while nobody else of this service does work of that name.
 *
 * @param name no identifier of a patient can be read from it
 * @throws {CdsError} FHIR_CONFLICT when another holds it until the signal ends, STORE_UNAVAILABLE
 */
export type Exclusively = <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/**
 * How a writing ended. `superseded`: the server has a newer result of that day. `withdrawn`: somebody marked what
 * we wrote as entered in error, and it stays so.
 */
export type WriteOutcome = 'written' | 'unchanged' | 'superseded' | 'withdrawn';

export interface ResultWriter {
  /**
   * Puts a result into the FHIR server: Device, RiskAssessment, DiagnosticReport (where asked for), Provenance, in
   * that order. Safe to repeat at any time and after any failure. Where the server refuses a reference to evidence
   * that it has no more, that evidence is named in words.
   *
   * @throws {CdsError} FHIR_*, SMART_*, STORE_UNAVAILABLE
   */
  write(assessment: Assessment, signal: AbortSignal): Promise<WriteOutcome>;
}

export interface ResultWriterDependencies {
  readonly client: FhirClient;
  readonly ids: WriteIds;
  readonly diagnosticReport: boolean;
  readonly exclusively: Exclusively;
}

const byIdentifier = (system: string, value: string) => ({ identifier: `${system}|${value}` });
/** Provenance has no identifier in R4. */
const byTag = (id: string) => ({ _tag: `${WRITE_BACK_ID}|${id}` });

const isWithdrawn = (existing: Json): boolean => text(existing['status']) === 'entered-in-error';

/** Instants of different precision and offset are compared as such. */
const instant = (written: string | undefined): number => (written === undefined ? NaN : Date.parse(written));

/** Newer than ours; or ours, and taken back by somebody. */
const isToBeLeft =
  ({ computedAt, fingerprint }: Assessment) =>
  (existing: Json): boolean => {
    const theirs = instant(computedAtOf(existing) ?? text(existing['issued']));
    const ours = instant(computedAt);
    const isOurs = theirs === ours || resultOf(existing) === fingerprint;
    return theirs > ours || (isOurs && isWithdrawn(existing));
  };

const versioned = ({ reference, versionId }: Placed): string =>
  versionId === undefined ? reference : `${reference}/_history/${versionId}`;

export function createResultWriter(dependencies: ResultWriterDependencies): ResultWriter {
  const { client, ids, diagnosticReport, exclusively } = dependencies;
  const place = createPlacer(client);

  const placeDevice = ({ model }: Assessment, signal: AbortSignal): Promise<Placed> => {
    const id = ids.device(model);
    const placing: Placing = {
      resource: deviceOf(model, id),
      by: byIdentifier(MODEL_ID, modelIdentifier(model)),
    };
    // All patients share it.
    return exclusively(id, signal, () => place(placing, signal));
  };

  const placeReport = async (
    assessment: Assessment,
    risk: string,
    signal: AbortSignal,
  ): Promise<readonly Placed[]> => {
    if (!diagnosticReport) return [];
    const id = ids.diagnosticReport(assessment);
    const resource = diagnosticReportOf(assessment, { id, risk });
    return [await place({ resource, by: byIdentifier(RISK_ID, id), leave: isToBeLeft(assessment) }, signal)];
  };

  /**
   * Places what refers to the evidence. Which of it is still there is asked only after a refusal, as reading all of it
   * is dear, and for each resource anew: a server checks the references of some elements and not of others.
   */
  const placeWithEvidence = async (
    assessment: Assessment,
    placingWithout: (vanished: Vanished) => Placing,
    signal: AbortSignal,
  ): Promise<Placed> => {
    try {
      return await place(placingWithout(new Set()), signal);
    } catch (error) {
      if (asCdsError(error).code !== 'FHIR_WRITE_REFUSED') throw error;
      const vanished = await findVanished(assessment, client, signal);
      if (vanished.size === 0) throw error;
      return place(placingWithout(vanished), signal);
    }
  };

  const placeRisk = (
    assessment: Assessment,
    names: { readonly id: string; readonly device: string },
    signal: AbortSignal,
  ): Promise<Placed> =>
    placeWithEvidence(
      assessment,
      (vanished) => ({
        resource: riskAssessmentOf(assessment, { ...names, vanished }),
        by: byIdentifier(RISK_ID, names.id),
        leave: isToBeLeft(assessment),
      }),
      signal,
    );

  const placeProvenance = (
    assessment: Assessment,
    device: string,
    targets: readonly Placed[],
    signal: AbortSignal,
  ): Promise<Placed> => {
    const id = ids.provenance(assessment);
    const names = { id, device, targets: targets.map(versioned) };
    return placeWithEvidence(
      assessment,
      (vanished) => ({ resource: provenanceOf(assessment, { ...names, vanished }), by: byTag(id) }),
      signal,
    );
  };

  const writeAlone = async (
    assessment: Assessment,
    id: string,
    signal: AbortSignal,
  ): Promise<WriteOutcome> => {
    const device = await placeDevice(assessment, signal);
    const risk = await placeRisk(assessment, { id, device: device.reference }, signal);
    // What was left tells another story than ours: nothing of ours may point to it.
    if (risk.existing !== undefined) return isWithdrawn(risk.existing) ? 'withdrawn' : 'superseded';
    const reports = await placeReport(assessment, risk.reference, signal);
    const provenance = await placeProvenance(assessment, device.reference, [risk, ...reports], signal);
    const all = [device, risk, ...reports, provenance];
    return all.some(({ outcome }) => outcome === 'written') ? 'written' : 'unchanged';
  };

  return {
    write: (assessment, signal) => {
      const id = ids.riskAssessment(assessment);
      return exclusively(id, signal, () => writeAlone(assessment, id, signal));
    },
  };
}
