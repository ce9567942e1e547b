/** A Content-Type, read. */
export interface MediaType {
  /** Lower case: `multipart/related`. */
  readonly essence: string;
  /** Names in lower case; of a name said twice, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** `; name=token` or `; name="quoted"`, from where the last one ended. */
const PARAMETER = /[ \t]*;[ \t]*(?:([^\s;="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/y;

/** More than any server says; what is longer is not read. */
const LONGEST = 1024;

const PARAMETERS_END = /[ \t]*$/;

/** Undefined where what follows the essence is not parameters. */
function parametersOf(written: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (let at = 0; at < written.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(written);
    if (found === null) return undefined;
    const [, name, quoted, token = ''] = found;
    const key = name?.toLowerCase();
    if (key === undefined || parameters.has(key)) continue;
    parameters.set(key, quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1'));
  }
  return parameters;
}

const isEssence = (text: string): boolean => {
  const [type = '', subtype = '', ...rest] = text.split('/');
  return rest.length === 0 && TOKEN.test(type) && TOKEN.test(subtype);
};

/**
 * Reads a Content-Type; undefined where it is none (RFC 9110 8.3.1, quoted strings by 5.6.4).
 */
export function mediaTypeOf(header: string | undefined): MediaType | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  const end = header.indexOf(';');
  const essence = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
  const parameters = parametersOf(end === -1 ? '' : header.slice(end).replace(PARAMETERS_END, ''));
  return isEssence(essence) && parameters !== undefined ? { essence, parameters } : undefined;
}

/** RFC 2046 5.1.1: 1 to 70 of these, no space at the end. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/** The boundary of a multipart body; undefined where there is none that may be one. */
export const boundaryOf = (type: MediaType): string | undefined => {
  const boundary = type.parameters.get('boundary');
  return boundary !== undefined && BOUNDARY.test(boundary) ? boundary : undefined;
};

/** Types that may be named in a message; whatever else a server writes there stays out of it. */
const NAMED = [
  'text/html',
  'text/plain',
  'text/xml',
  'application/xml',
  'application/json',
  'application/dicom',
  'application/dicom+json',
  'application/dicom+xml',
  'application/octet-stream',
  'application/zip',
  'multipart/related',
  'multipart/mixed',
];

export const nameOfType = (type: MediaType | undefined): string => {
  if (type === undefined) return 'no readable Content-Type';
  return NAMED.includes(type.essence) ? type.essence : 'another Content-Type';
};
