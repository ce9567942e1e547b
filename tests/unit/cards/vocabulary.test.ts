/** What cards are coded with is what fhir-profiles/ publishes. */
import type { CodeSystem } from 'fhir/r4.js';
import { expect, it } from 'vitest';
import { CARD_TOPIC_SYSTEM, CARD_TOPICS } from '../../../src/cards/base.ts';
import {
  OVERRIDE_REASON_SYSTEM,
  OVERRIDE_REASONS,
  overrideReasons,
} from '../../../src/cards/override-reasons.ts';
import { createTranslator } from '../../../src/i18n/index.ts';
import { readFolder } from '../../support/fhir-definitions.ts';

const conceptsOf = (url: string) => {
  const systems = [...readFolder('codesystems').values()] as CodeSystem[];
  return systems.find((system) => system.url === url)?.concept ?? [];
};

it('override reasons: the same codes, in English by the same names', () => {
  const english = overrideReasons(createTranslator('en'), OVERRIDE_REASONS);
  expect(english.map(({ code, display }) => [code, display])).toEqual(
    conceptsOf(OVERRIDE_REASON_SYSTEM).map(({ code, display }) => [code, display]),
  );
});

it('topics: the same codes', () => {
  expect(CARD_TOPICS).toEqual(conceptsOf(CARD_TOPIC_SYSTEM).map(({ code }) => code));
});
