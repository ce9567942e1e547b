export { CFDNA_MARKERS, SYSTEMS, type CfdnaMarker } from './systems.ts';
export { loadTerminology, type Coded, type Terminology } from './terminology.ts';
export { createUnitConverter, type UnitConverter } from './units.ts';
