import type { Device } from 'fhir/r4.js';
import type { ModelIdentity } from '../../domain/index.ts';
import { HEALTH_TEST, MODEL_DEVICE, MODEL_DIGEST, MODEL_ID, MODEL_VERSION, profile } from './codes.ts';
import { narrative, SIMULATED } from './texts.ts';

/** What conditional updates match on: two files of one version are two models. */
export const modelIdentifier = ({ id, version, digest }: ModelIdentity): string =>
  `${id}@${version}+sha256.${digest}`;

/** The model as the Device that performed an assessment: its id, version and digest, and what it was trained on. */
export function deviceOf(model: ModelIdentity, id: string): Device & { readonly id: string } {
  const training = `Trained on ${model.trainingPatients} ${model.simulated ? 'simulated ' : ''}patients.`;
  return {
    resourceType: 'Device',
    id,
    meta: {
      profile: [profile('recurrence-model-device')],
      ...(model.simulated && { security: [HEALTH_TEST] }),
    },
    text: narrative([
      `Risk model ${model.id} ${model.version}.`,
      training,
      ...(model.simulated ? [SIMULATED] : []),
    ]),
    identifier: [{ system: MODEL_ID, value: modelIdentifier(model) }],
    status: 'active',
    deviceName: [{ name: model.id, type: 'model-name' }],
    version: [
      { type: MODEL_VERSION, value: model.version },
      { type: MODEL_DIGEST, value: model.digest },
    ],
    type: MODEL_DEVICE,
    manufacturer: 'recurrence-cds',
    note: [...(model.simulated ? [{ text: SIMULATED }] : []), { text: training }],
  };
}
