/** The part of dcmjs used here; the package ships no types. */
declare module 'dcmjs' {
  /** By tag, eight hexadecimal digits. */
  type TagDictionary = Record<string, { vr: string; Value: unknown[] }>;
  const dcmjs: {
    readonly data: {
      readonly DicomMetaDictionary: {
        /** By keyword to by tag. */
        denaturalizeDataset(dataset: Readonly<Record<string, unknown>>): TagDictionary;
      };
      readonly DicomDict: new (meta: TagDictionary) => { dict: TagDictionary; write(): ArrayBuffer };
    };
  };
  export default dcmjs;
}
