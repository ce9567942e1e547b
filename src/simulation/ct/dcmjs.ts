import untyped from 'dcmjs';

/** As dcmjs reads and writes a data set: by tag, eight hexadecimal digits. */
export type Elements = Readonly<Record<string, { readonly vr: string; readonly Value: unknown }>>;

/** The part of dcmjs used here. */
interface Dcmjs {
  readonly DicomMetaDictionary: {
    /** By keyword to by tag. */
    denaturalizeDataset(dataset: Readonly<Record<string, unknown>>): Elements;
  };
  readonly DicomDict: new (meta: Elements) => { dict: Elements; write(): ArrayBuffer };
  readonly DicomMessage: {
    /** @throws of many kinds where it is no DICOM file */
    readFile(file: ArrayBuffer, options?: { readonly untilTag?: string }): { readonly dict: Elements };
  };
}

/** The package ships no types. */
export const { DicomDict, DicomMessage, DicomMetaDictionary } = untyped.data as unknown as Dcmjs;
