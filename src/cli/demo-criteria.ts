import type { Plan } from '../assessment/index.ts';
import { criterionRows } from '../cards/index.ts';
import type { CriteriaPanel, CriterionLine } from '../demo/index.ts';
import type { Eligibility } from '../eligibility/index.ts';
import { createTranslator, type Language } from '../i18n/index.ts';
import { COLUMNS, indent, wrap } from './terminal.ts';

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
/** A demo's ids begin with their patient's: said once, it need not be said again in every reference. */
export const shortened = (text: string, patientId: string): string => text.replaceAll(`/${patientId}`, '/~');

/** Two references, or the first of more. */
const evidenceText = ({ evidence }: CriterionLine, patientId: string): string => {
  const [first, second, ...others] = evidence.map((each) => shortened(each, patientId));
  if (first === undefined) return '';
  if (second === undefined) return ` [${first}]`;
  return others.length === 0 ? ` [${first}, ${second}]` : ` [${first} and ${String(others.length + 1)} more]`;
};

const foundText = ({ found }: CriterionLine): string => (found === '' ? '' : `, ${found}`);

const openText = (line: CriterionLine, patientId: string): string =>
  `${line.name}: ${line.resultText}${foundText(line)}${evidenceText(line, patientId)}${line.blocks ? '  <- blocks' : ''}`;

const marked = (mark: string, text: string): string[] => indent(wrap(`${mark} ${text}`, COLUMNS - 4), 4);

/**
 * The criteria of one patient for a terminal, each with the resources behind it: a line for each that is not met or
 * unknown, the others one after the other. In references `~` stands for the patient's id.
 */
export const printCriteria = ({ status, lines }: CriteriaPanel, patientId: string): string => {
  const met = lines.filter(({ result }) => result === 'met');
  const head =
    lines.length === 0
      ? `  NCT07291921: ${STATUS[status]}`
      : `  NCT07291921: ${STATUS[status]}; ${String(met.length)} of ${String(lines.length)} criteria met`;
  const open = lines
    .filter(({ result }) => result !== 'met')
    .flatMap((line) => marked(MARKS[line.result], openText(line, patientId)));
  const others = met.map((line) => `${line.name}${foundText(line)}${evidenceText(line, patientId)}`);
  return [head, ...open, ...(met.length > 0 ? marked(MARKS.met, others.join('; ')) : []), ''].join('\n');
};
