export * from './assessment.ts';
export * from './calendar.ts';
export * from './criteria.ts';
export * from './errors.ts';
export * from './evidence.ts';
export * from './imaging.ts';
export * from './modality.ts';
export * from './modality-settings.ts';
