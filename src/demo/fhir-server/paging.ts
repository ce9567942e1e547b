import type { Bundle, BundleLink } from 'fhir/r4.js';

/**
 * The links of a page: self, and next and previous where there is more, on the address the client used.
 *
 * @param url the search as a GET, without _offset
 * @param total all matches, over every page
 */
export const pageLinks = (
  url: string,
  query: Readonly<Record<string, readonly string[]>>,
  { offset, count, total }: { offset: number; count: number; total: number },
): BundleLink[] => {
  const at = (start: number): string => {
    const parameters = new URLSearchParams();
    for (const [name, values] of Object.entries(query))
      if (name !== '_offset') for (const value of values) parameters.append(name, value);
    if (start > 0) parameters.append('_offset', String(start));
    const text = parameters.toString();
    return text === '' ? url : `${url}?${text}`;
  };
  const links: BundleLink[] = [{ relation: 'self', url: at(offset) }];
  if (count > 0 && offset + count < total) links.push({ relation: 'next', url: at(offset + count) });
  if (count > 0 && offset > 0) links.push({ relation: 'previous', url: at(Math.max(0, offset - count)) });
  return links;
};

/** Entries with their fullUrl, and the links of the page. */
export const withAddresses = (bundle: Bundle, baseUrl: string, link: BundleLink[]): Bundle => ({
  ...bundle,
  link,
  ...(bundle.entry && {
    entry: bundle.entry.map((entry) => ({
      fullUrl: `${baseUrl}/${entry.resource?.resourceType ?? ''}/${entry.resource?.id ?? ''}`,
      ...entry,
    })),
  }),
});
