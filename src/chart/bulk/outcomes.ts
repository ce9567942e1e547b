import { list, record, type Json } from '../resource-reader.ts';

/** http://hl7.org/fhir/R4/valueset-issue-type.html: nothing else of an outcome is repeated, it may hold anything. */
const ISSUE_CODES: ReadonlySet<unknown> = new Set(
  (
    'invalid structure required value invariant security login unknown expired forbidden suppressed processing ' +
    'not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly ' +
    'business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational'
  ).split(' '),
);

/** `transient` and the codes below it: asking again may help. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'transient',
  'lock-error',
  'no-store',
  'exception',
  'timeout',
  'incomplete',
  'throttled',
]);

export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly code: string;
}

const severityOf = (value: unknown): Issue['severity'] =>
  value === 'fatal' || value === 'warning' || value === 'information' ? value : 'error';

/** The issues of an OperationOutcome; empty of anything else. A code R4 does not know is `unknown-code`. */
export const issuesOf = (resource: Json | undefined): Issue[] => {
  if (resource?.['resourceType'] !== 'OperationOutcome') return [];
  return list(resource['issue']).flatMap((item) => {
    const issue = record(item);
    if (issue === undefined) return [];
    const code = issue['code'];
    return [
      {
        severity: severityOf(issue['severity']),
        code: ISSUE_CODES.has(code) ? (code as string) : 'unknown-code',
      },
    ];
  });
};

export const isTransient = (issues: readonly Issue[]): boolean =>
  issues.some(({ code }) => TRANSIENT.has(code));
