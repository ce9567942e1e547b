import type { Plan } from '../assessment/index.ts';
import { criterionRows } from '../cards/index.ts';
import type { CriteriaPanel, CriterionLine } from '../demo/index.ts';
import type { Eligibility } from '../eligibility/index.ts';
import { createTranslator, type Language } from '../i18n/index.ts';
import { COLUMNS, fill, indent, wrap } from './terminal.ts';

const statusOf = ({ outOfScope, barred, eligible }: Eligibility): CriteriaPanel['status'] => {
  if (outOfScope.length > 0) return 'out-of-scope';
  if (barred !== undefined) return 'barred';
  return eligible ? 'eligible' : 'not-eligible';
};

/** How a plan judged its patient, in the reader's language. */
export const criteriaPanel = ({ eligibility }: Plan, language: Language): CriteriaPanel => {
  const status = statusOf(eligibility);
  return {
    status,
    lines: status === 'out-of-scope' ? [] : criterionRows(createTranslator(language), eligibility.criteria),
  };
};

const MARKS: Readonly<Record<CriterionLine['result'], string>> = { met: '+', 'not-met': 'x', unknown: '?' };
const STATUS: Readonly<Record<CriteriaPanel['status'], string>> = {
  eligible: 'eligible',
  'not-eligible': 'not eligible',
  barred: 'no risk is defined any more',
  'out-of-scope': 'out of scope, not judged',
};
const SHOWN_REFERENCES = 2;

/** A demo's ids begin with their patient's: said once, it need not be said on every line. */
const shortened = (reference: string, patientId: string): string => reference.replaceAll(patientId, '~');

const evidenceText = ({ evidence }: CriterionLine, patientId: string): string => {
  if (evidence.length === 0) return '';
  const more = evidence.length - SHOWN_REFERENCES;
  const shown = evidence.slice(0, SHOWN_REFERENCES).map((each) => shortened(each, patientId));
  return ` [${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}]`;
};

const foundText = ({ found }: CriterionLine): string => (found === '' ? '' : `, ${found}`);

const openText = (line: CriterionLine, patientId: string): string =>
  `${line.name}: ${line.resultText}${foundText(line)}${evidenceText(line, patientId)}${line.blocks ? '  <- blocks' : ''}`;

const marked = (mark: string, lines: readonly string[]): string[] =>
  indent(lines, 4).map((line, at) => (at === 0 ? `  ${mark}${line.slice(3)}` : line));

/**
 * The criteria of one patient for a terminal, each with the resources behind it: a line for each that is not met or
 * unknown, the others one after the other. In references `~` stands for the patient's id.
 */
export const printCriteria = ({ status, lines }: CriteriaPanel, patientId: string): string => {
  const met = lines.filter(({ result }) => result === 'met');
  const head =
    lines.length === 0
      ? `  NCT07291921: ${STATUS[status]}`
      : `  NCT07291921: ${STATUS[status]}; ${String(met.length)} of ${String(lines.length)} criteria met (~ in references: ${patientId})`;
  const open = lines
    .filter(({ result }) => result !== 'met')
    .flatMap((line) => marked(MARKS[line.result], wrap(openText(line, patientId), COLUMNS - 4)));
  const others = met.map((line, at) => {
    const text = `${line.name}${foundText(line)}${evidenceText(line, patientId)}`;
    return at === met.length - 1 ? text : `${text}; `;
  });
  return [head, ...open, ...marked(MARKS.met, fill(others, COLUMNS - 4)), ''].join('\n');
};
