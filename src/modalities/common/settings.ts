import { hash } from 'node:crypto';
import { DEFAULT_MODALITY_SETTINGS, type ModalitySettings } from '../../domain/index.ts';

/** Keys in order: the same settings are the same text, whoever wrote them. */
const canonical = (settings: unknown): string =>
  JSON.stringify(settings, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

/** What of the settings a modality goes by. */
type Part = (settings: ModalitySettings) => unknown;

/**
 * The version of a preprocessing under some settings: `<base>` under the defaults, `<base>+<digest>` under others, so
 * that results under other settings have other fingerprints and a model trained under others does not load.
 */
export const preprocessingVersion = (base: string, settings: ModalitySettings, part: Part): string => {
  const own = canonical(part(settings));
  return own === canonical(part(DEFAULT_MODALITY_SETTINGS))
    ? base
    : `${base}+${hash('sha256', own, 'hex').slice(0, 12)}`;
};
