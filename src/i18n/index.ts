export { analyteName } from './analytes.ts';
export { createFormats, TIME_UNITS } from './formats.ts';
export type { Formats, TimeUnit } from './formats.ts';
export { chooseLanguage, LANGUAGES } from './language.ts';
export type { Language } from './language.ts';
export type { Catalogue, MessageKey, ValueNames } from './messages/catalogue.ts';
export { CATALOGUES, createTranslator } from './translator.ts';
export type { Translator } from './translator.ts';
