import { fileURLToPath } from 'node:url';
import { CdsError } from '../domain/index.ts';
import { loadTerminology, SYSTEMS, type Terminology } from '../terminology/index.ts';
import type { LatentStage } from './latent.ts';

/** An analyte's codings, LOINC first where there is one, and its molar mass in g/mol. */
export interface AnalyteCodes {
  readonly coding: readonly { readonly system: string; readonly code: string }[];
  readonly molarMass: number;
}

/** The codes that the simulated laboratories and registries write, taken from the profiles. */
export interface SimulationCodes {
  readonly analytes: ReadonlyMap<string, AnalyteCodes>;
  /** SNOMED CT code of a stage group. */
  stage(stage: LatentStage): string;
}

const invert = (
  terminology: Terminology,
  conceptMap: string,
): Map<string, { system: string; code: string }[]> => {
  const sources = new Map<string, { system: string; code: string }[]>();
  for (const token of terminology.sourceTokens(conceptMap)) {
    const bar = token.lastIndexOf('|');
    const coding = { system: token.slice(0, bar), code: token.slice(bar + 1) };
    const target = terminology.translate(conceptMap, [coding]) ?? '';
    sources.set(target, [...(sources.get(target) ?? []), coding]);
  }
  return sources;
};

/** @throws {CdsError} CONFIG_INVALID when the profiles lack a code that the simulator needs */
export function simulationCodes(terminology: Terminology): SimulationCodes {
  const sources = invert(terminology, 'analyte');
  const stages = invert(terminology, 'tnm-stage-group');
  const analytes = terminology.codes('analyte').map((code): [string, AnalyteCodes] => {
    const molarMass = terminology.numberProperty('analyte', code, 'molar-mass');
    // A laboratory writes one code of a system, though it may have several for the same analyte.
    const coding = (sources.get(code) ?? []).filter(
      ({ system }, index, all) => all.findIndex((each) => each.system === system) === index,
    );
    if (molarMass === undefined || coding.length === 0)
      throw new CdsError('CONFIG_INVALID', `CodeSystem analyte: ${code} has no coding or no molar mass`);
    coding.sort((a, b) => Number(b.system === SYSTEMS.loinc) - Number(a.system === SYSTEMS.loinc));
    return [code, { coding, molarMass }];
  });
  return {
    analytes: new Map(analytes),
    stage: (stage) => {
      const coding = stages.get(stage)?.find(({ system }) => system === SYSTEMS.snomed);
      if (coding === undefined) throw new CdsError('CONFIG_INVALID', `ConceptMap tnm-stage-group: ${stage}`);
      return coding.code;
    },
  };
}

/** The profiles of this repository. */
export const defaultTerminology = (): Terminology =>
  loadTerminology([fileURLToPath(new URL('../../fhir-profiles', import.meta.url))]);
