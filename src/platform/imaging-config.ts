import { z } from 'zod';

/** Safe as the start of every address: no credentials, no query, nothing that is written in two ways. */
const plainRoot = (text: string): boolean => {
  const url = new URL(text);
  return url.username === '' && url.password === '' && !/[?#%\\]|\/\.\.?(\/|$)|[^:]\/\//.test(text);
};

/** One value of Accept, as it is sent. */
const accept = z.string().regex(/^multipart\/related; ?type="application\/dicom"[\x20-\x7e]*$/, {
  error: 'not of the form multipart/related; type="application/dicom"',
});

/**
 * What is asked for, in order, where the site says nothing else: as it is stored, in whatever transfer syntax (the
 * quick way; the next is transcoded by some servers), and then as DICOMweb's default has it.
 */
export const DEFAULT_ACCEPT = [
  'multipart/related; type="application/dicom"; transfer-syntax=*',
  'multipart/related; type="application/dicom"',
] as const;

const rootSchema = z
  .strictObject({
    /** The address before /studies. Endpoint resources may name it and what lies below, nothing else. */
    root: z
      .url({ protocol: /^https?$/ })
      .refine(plainRoot, { error: 'has credentials, a query, a fragment, % or .. in it' })
      .transform((url) => url.replace(/\/+$/, '')),
    /** Values of Accept for images, tried in this order where the PACS says 406. */
    accept: z
      .array(accept)
      .min(1)
      .max(8)
      .default([...DEFAULT_ACCEPT]),
    bearerToken: z.string().min(1).optional(),
    basic: z.strictObject({ user: z.string().min(1), password: z.string() }).optional(),
    /** PEM files. */
    tls: z
      .strictObject({
        certificateFile: z.string().min(1).optional(),
        keyFile: z.string().min(1).optional(),
        caFile: z.string().min(1).optional(),
      })
      .refine(({ certificateFile, keyFile }) => (certificateFile === undefined) === (keyFile === undefined), {
        error: 'certificateFile and keyFile belong together',
      })
      .optional(),
  })
  .refine(({ bearerToken, basic }) => bearerToken === undefined || basic === undefined, {
    error: 'has both bearerToken and basic',
  });

/** Where a site's images are, and what fetching one of its series may cost. */
export const imagingSchema = z.strictObject({
  /** DICOMweb roots of the site: the only addresses that images are read from. */
  dicomweb: z.array(rootSchema).max(16).default([]),
  /** What ties images to the chart, beside StudyInstanceUID. */
  patientIdentity: z.enum(['patient-id', 'study-uid']).default('patient-id'),
  /** Milliseconds for one request, a whole series included. */
  timeoutMs: z.number().int().min(100).default(120_000),
  /** Milliseconds without a byte after which a request is given up. */
  stallMs: z.number().int().min(50).default(15_000),
  /** Requests at a time to one root. */
  concurrency: z.number().int().min(1).max(64).default(4),
  /** Further attempts of one request. */
  retries: z.number().int().min(0).max(10).default(2),
  maximumSeriesBytes: z
    .number()
    .int()
    .min(1024)
    .default(2 * 1024 ** 3),
  /** Where series are kept while they are read; the system's folder for temporary files where absent. */
  spoolDirectory: z.string().min(1).optional(),
});

export type ImagingConfig = z.infer<typeof imagingSchema>;
export type DicomWebRoot = ImagingConfig['dicomweb'][number];
