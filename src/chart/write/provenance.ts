import type { Provenance } from 'fhir/r4.js';
import type { Assessment } from '../../domain/index.ts';
import { HEALTH_TEST, profile, WRITE_BACK_ID } from './codes.ts';
import { versionedEvidence, type Vanished } from './evidence.ts';
import { narrative } from './texts.ts';

const NONE: Vanished = new Set();

/**
 * What a result was made of and by which model. R4's Provenance has no identifier, so its name is a tag.
 *
 * @param names.targets references to what was written, at its version where the server told one
 * @param names.device reference to the model's Device
 * @param names.vanished evidence to be named in words, as the server has it no more
 * @see http://hl7.org/fhir/R4/provenance.html
 */
export function provenanceOf(
  assessment: Assessment,
  names: {
    readonly id: string;
    readonly device: string;
    readonly targets: readonly string[];
    readonly vanished?: Vanished;
  },
): Provenance & { readonly id: string } {
  const entity = versionedEvidence(assessment, names.vanished ?? NONE).map((what) => ({
    role: 'source' as const,
    what,
  }));
  const { model } = assessment;
  return {
    resourceType: 'Provenance',
    id: names.id,
    meta: {
      profile: [profile('recurrence-provenance')],
      tag: [{ system: WRITE_BACK_ID, code: names.id }],
      ...(model.simulated && { security: [HEALTH_TEST] }),
    },
    text: narrative([
      `Recurrence risk as of ${assessment.landmarkDate}, computed ${assessment.computedAt} by model ${model.id} ${model.version} from ${entity.length} resources.`,
    ]),
    target: names.targets.map((reference) => ({ reference })),
    occurredDateTime: assessment.computedAt,
    recorded: assessment.computedAt,
    activity: {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation',
          code: 'CREATE',
          display: 'create',
        },
      ],
    },
    agent: [
      {
        type: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
              code: 'assembler',
              display: 'Assembler',
            },
          ],
        },
        who: { reference: names.device, display: `${model.id} ${model.version}, sha256:${model.digest}` },
      },
    ],
    ...(entity.length > 0 && { entity }),
  };
}
