/** The part of dcmjs used here; the package ships no types. */
declare module 'dcmjs' {
  interface DicomElement {
    readonly vr?: string;
    readonly Value?: unknown;
    /** As it stands in the file, before numbers are made of it. */
    readonly _rawValue?: unknown;
  }
  export type DicomDataSet = Readonly<Record<string, DicomElement | undefined>>;
  interface Logger {
    setLevel(level: 'silent', persist?: boolean): void;
    getLogger(name: string): Logger;
  }
  export const log: Logger;
  export const data: {
    readonly DicomMessage: {
      readFile(
        buffer: ArrayBuffer,
        options?: { ignoreErrors?: boolean; noCopy?: boolean },
      ): { readonly dict: DicomDataSet };
    };
  };
}
