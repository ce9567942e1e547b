import type { DicomDataSet } from 'dcmjs';
import { CdsError } from '../../../domain/index.ts';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const isDataSet = (value: unknown): value is DicomDataSet => typeof value === 'object' && value !== null;

/** Padding of text: spaces, or NUL in UI (PS3.5 section 6.2). */
const trim = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  return text.slice(0, end).trim();
};

/** Values of a data set, by tag, as strictly as geometry needs them: a number that is none is an error, not a guess. */
export class Attributes {
  readonly #dataSet: DicomDataSet;

  constructor(dataSet: DicomDataSet) {
    this.#dataSet = dataSet;
  }

  has(tag: string): boolean {
    return this.#dataSet[tag] !== undefined;
  }

  texts(tag: string): readonly string[] {
    const raw = this.#dataSet[tag]?._rawValue ?? this.#dataSet[tag]?.Value;
    const values: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
    return values
      .filter((value) => typeof value === 'string')
      .flatMap((value) => value.split('\\').map(trim));
  }

  text(tag: string): string | undefined {
    const [first] = this.texts(tag);
    return first === '' ? undefined : first;
  }

  /**
   * Numbers of DS, IS (from their text: dcmjs drops what it does not understand, and makes 07 of "0,7"), US, SS, UL, FD.
   *
   * @throws {CdsError} DICOM_INVALID where a value is no number
   */
  numbers(tag: string, name: string): readonly number[] {
    const raw = this.#dataSet[tag]?._rawValue ?? this.#dataSet[tag]?.Value;
    const values: readonly unknown[] = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw];
    return values
      .flatMap((value) => (typeof value === 'string' ? value.split('\\').map(trim) : [value]))
      .filter((value) => value !== '' && value !== null && value !== undefined)
      .map((value) => {
        const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
        if (typeof number === 'number' && Number.isFinite(number)) return number;
        throw new CdsError('DICOM_INVALID', `${name} is not a number.`);
      });
  }

  number(tag: string, name: string): number | undefined {
    return this.numbers(tag, name)[0];
  }

  /** As many numbers as asked for, or undefined where the attribute is absent or empty. */
  exactly(tag: string, name: string, count: number): readonly number[] | undefined {
    const values = this.numbers(tag, name);
    if (values.length === 0) return undefined;
    if (values.length !== count) throw new CdsError('DICOM_INVALID', `${name} has not ${count} values.`);
    return values;
  }

  items(tag: string): readonly Attributes[] {
    const value = this.#dataSet[tag]?.Value;
    return Array.isArray(value) ? value.filter(isDataSet).map((item) => new Attributes(item)) : [];
  }
}
