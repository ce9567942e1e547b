/** The part of @lhncbc/ucum-lhc used here; the package ships no types. */
declare module '@lhncbc/ucum-lhc' {
  interface Conversion {
    readonly status: 'succeeded' | 'failed' | 'error';
    readonly toVal: number | null;
    readonly msg: readonly string[];
  }
  export const UcumLhcUtils: {
    getInstance(): {
      convertUnitTo(
        fromUnit: string,
        value: number,
        toUnit: string,
        options?: { suggest?: boolean; molecularWeight?: number },
      ): Conversion;
    };
  };
}
