import type { Random } from '../numerics/index.ts';
import { pickShare } from './shares.ts';

const NAMING_SYSTEMS = 'https://recurrence-cds.org/fhir/NamingSystem/';

/** A hospital and how its laboratory reports: the same quantities in different dress. */
export interface Site {
  readonly id: 'north' | 'east' | 'south' | 'west';
  /** UCUM unit of concentrations. */
  readonly concentrationUnit: 'umol/L' | 'mmol/L' | 'mg/dL';
  /** UCUM unit of fractions. */
  readonly fractionUnit: '%' | '1';
  /** Analytes as components of the panel, or as Observations that it names as members. */
  readonly panelForm: 'components' | 'members';
  /** Names what has no LOINC code. */
  readonly metaboliteSystem: string;
  /** Values as measured, with what the batch's pooled-QC samples say; or corrected by the laboratory already. */
  readonly pooledQc: 'reported' | 'applied';
}

export const SITES = {
  north: {
    id: 'north',
    concentrationUnit: 'umol/L',
    fractionUnit: '%',
    panelForm: 'components',
    metaboliteSystem: `${NAMING_SYSTEMS}hmdb`,
    pooledQc: 'reported',
  },
  east: {
    id: 'east',
    concentrationUnit: 'mmol/L',
    fractionUnit: '1',
    panelForm: 'components',
    metaboliteSystem: `${NAMING_SYSTEMS}hmdb`,
    pooledQc: 'applied',
  },
  south: {
    id: 'south',
    concentrationUnit: 'mg/dL',
    fractionUnit: '%',
    panelForm: 'components',
    metaboliteSystem: `${NAMING_SYSTEMS}chebi`,
    pooledQc: 'applied',
  },
  west: {
    id: 'west',
    concentrationUnit: 'umol/L',
    fractionUnit: '1',
    panelForm: 'members',
    metaboliteSystem: `${NAMING_SYSTEMS}hmdb`,
    pooledQc: 'reported',
  },
} as const satisfies Record<string, Site>;

const SITE_SHARES = { north: 0.26, east: 0.26, south: 0.26, west: 0.22 };

export const drawSite = (random: Random): Site => SITES[pickShare<keyof typeof SITES>(random, SITE_SHARES)];
