import type { PooledQc } from '../facts.ts';
import { list, record, type Json } from '../resource-reader.ts';
import { compact } from './common.ts';
import { quantityOf } from './quantity.ts';

const DEFINITIONS = 'https://recurrence-cds.org/fhir/StructureDefinition';

const extensionsOf = (source: Json, url: string): readonly Json[] =>
  // Most Observations have no extension: no list is made for them.
  source['extension'] === undefined
    ? []
    : list(source['extension']).flatMap((item) => {
        const extension = record(item);
        return extension?.['url'] === url ? [extension] : [];
      });

/** Of the only extension of its url; NaN where it is written twice, or holds what cannot be read. */
const numberOf = (found: readonly Json[], read: (extension: Json) => unknown): number | undefined => {
  const [only, second] = found;
  if (only === undefined) return undefined;
  const value = second === undefined ? read(only) : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
};

/** In per cent: as its unit says, or of a share in UCUM's 1. One without a unit, or with another, may be anything. */
const percent = (extension: Json): unknown => {
  const { value, unit, comparator } = quantityOf(extension['valueQuantity']) ?? {};
  if (value === undefined || comparator !== undefined) return undefined;
  if (unit === '%') return value;
  return unit === '1' ? 100 * value : undefined;
};

const UNREADABLE: PooledQc = { rsdPercent: Number.NaN, recovery: Number.NaN };

/** The extension `pooled-qc` of an Observation or a component. */
export const pooledQcOf = (source: Json): PooledQc | undefined => {
  const [qc, second] = extensionsOf(source, `${DEFINITIONS}/pooled-qc`);
  if (qc === undefined) return undefined;
  if (second !== undefined) return UNREADABLE;
  return compact<PooledQc>({
    rsdPercent: numberOf(extensionsOf(qc, 'relativeStandardDeviation'), percent),
    recovery: numberOf(extensionsOf(qc, 'recovery'), (extension) => extension['valueDecimal']),
  });
};
