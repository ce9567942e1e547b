/** What we use of dcmjs 0.52, which has no types of its own. */
declare module 'dcmjs' {
  export interface DicomElement {
    readonly vr: string;
    readonly Value: readonly unknown[];
  }
  export type DicomElements = Readonly<Record<string, DicomElement | undefined>>;
  export interface DicomFile {
    /** Group 2. */
    readonly meta: DicomElements;
    /** By tag, eight upper-case hex digits. */
    readonly dict: DicomElements;
  }
  interface Dcmjs {
    readonly data: {
      readonly DicomMessage: {
        readFile(
          buffer: ArrayBuffer,
          options?: {
            readonly ignoreErrors?: boolean;
            readonly untilTag?: string;
            readonly includeUntilTagValue?: boolean;
            readonly noCopy?: boolean;
          },
        ): DicomFile;
      };
    };
    readonly log: { setLevel(level: string): void };
  }
  const dcmjs: Dcmjs;
  export default dcmjs;
}
