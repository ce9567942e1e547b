/** What readers call an analyte, by its slug; undefined where nobody has named it. */
export type AnalyteNames = (analyte: string) => string | undefined;

const IN_WORDS: Readonly<Record<string, (name: string) => string>> = {
  log2: (name) => name,
  change: (name) => `change of ${name} since baseline`,
  slope: (name) => `trend of ${name}`,
};

/** A learned feature in words: `change:valine` is "change of valine since baseline"; of `log2` the analyte alone. */
export const featureInWords = (feature: string, nameOf: AnalyteNames): string => {
  const split = feature.indexOf(':');
  const analyte = feature.slice(split + 1);
  const name = nameOf(analyte) ?? analyte;
  return IN_WORDS[feature.slice(0, split)]?.(name) ?? feature;
};
