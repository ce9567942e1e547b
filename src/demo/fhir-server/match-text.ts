import type { TypedValue } from './medplum.ts';
import { referencesOf } from './values.ts';

type Match = (value: TypedValue) => boolean;
interface Token {
  readonly system?: string | undefined;
  readonly code?: string | undefined;
  /** Without a system by nature: code, boolean, id. Its system is implied by the element. */
  readonly bare?: boolean;
}
interface Concept {
  readonly coding?: readonly { system?: string; code?: string; display?: string }[];
  readonly text?: string;
}

const tokensOf = ({ type, value }: TypedValue): readonly Token[] => {
  if (typeof value !== 'object' || value === null) return [{ code: String(value), bare: true }];
  switch (type) {
    case 'CodeableConcept':
      return (value as Concept).coding ?? [];
    case 'Identifier': {
      const identifier = value as { system?: string; value?: string };
      return [{ system: identifier.system, code: identifier.value }];
    }
    case 'ContactPoint':
      return [{ code: (value as { value?: string }).value, bare: true }];
    default:
      return [value];
  }
};

/** `code`, `system|code`, `system|` or `|code`, any of several; codes are compared exactly. */
export const matchToken = (asked: readonly string[]): Match => {
  const pairs = new Set<string>();
  const codes = new Set<string>();
  const systems = new Set<string>();
  for (const token of asked) {
    const bar = token.indexOf('|');
    if (bar < 0) codes.add(token);
    else if (bar === token.length - 1) systems.add(token.slice(0, -1));
    else pairs.add(token);
  }
  const bareCodes = new Set([...codes, ...[...pairs].map((pair) => pair.slice(pair.indexOf('|') + 1))]);
  const matches = ({ system = '', code = '', bare = false }: Token): boolean =>
    bare ? bareCodes.has(code) : pairs.has(`${system}|${code}`) || codes.has(code) || systems.has(system);
  return (value) => tokensOf(value).some(matches);
};

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

const TEXT_KEYS = ['text', 'display', 'family', 'given', 'prefix', 'suffix', 'line', 'city', 'district'];
const ADDRESS_KEYS = ['state', 'postalCode', 'country'];

/** The texts of a string, or of the parts of a HumanName, Address, CodeableConcept or Coding. */
export const textsOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const parts = [...TEXT_KEYS, ...ADDRESS_KEYS].flatMap(
    (key) => (value as Record<string, unknown>)[key] ?? [],
  );
  const codings = ((value as Concept).coding ?? []).flatMap(({ display }) => display ?? []);
  return [...parts, ...codings].filter((part) => typeof part === 'string');
};

/** A part that starts with the text (the default), contains it, or is it exactly (with case and accents). */
export const matchString = (how: 'starts' | 'contains' | 'exact', asked: readonly string[]): Match => {
  if (how === 'exact') return ({ value }) => textsOf(value).some((text) => asked.includes(text));
  const wanted = asked.map(fold);
  const test = (text: string, want: string): boolean =>
    how === 'starts' ? text.startsWith(want) : text.includes(want);
  return ({ value }) => textsOf(value).some((text) => wanted.some((want) => test(fold(text), want)));
};

/** A uri exactly; a canonical also without its |version. */
export const matchUri = (asked: readonly string[]): Match => {
  const wanted = new Set(asked);
  return ({ value }) =>
    typeof value === 'string' && (wanted.has(value) || wanted.has(value.split('|')[0] ?? ''));
};

const RELATIVE = /^[A-Za-z]+\/[^/]+$/;

/** `Type/id`, or a bare id, which stands for any type the parameter can point to. */
export const matchReference = (asked: readonly string[]): Match => {
  const wanted = new Set(asked);
  // Most references are of other patients: these must cost as little as they can.
  const ends = asked.filter((text) => !text.includes('/')).map((id) => `/${id}`);
  const matches = (reference: string): boolean =>
    wanted.has(reference) || (ends.some((end) => reference.endsWith(end)) && RELATIVE.test(reference));
  return (value) =>
    referencesOf([value]).some((reference) => {
      const version = reference.indexOf('/_history/');
      return matches(version < 0 ? reference : reference.slice(0, version));
    });
};
