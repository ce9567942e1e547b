import type { Plan } from '../assessment/index.ts';
import { criterionRows } from '../cards/index.ts';
import type { CriteriaPanel, CriterionLine } from '../demo/index.ts';
import type { Eligibility } from '../eligibility/index.ts';
import { createTranslator, type Language } from '../i18n/index.ts';

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
const SHOWN_REFERENCES = 2;

const evidenceText = ({ evidence }: CriterionLine): string => {
  if (evidence.length === 0) return '';
  const more = evidence.length - SHOWN_REFERENCES;
  return `  [${evidence.slice(0, SHOWN_REFERENCES).join(', ')}${more > 0 ? `, +${String(more)}` : ''}]`;
};

const lineText = (line: CriterionLine): string => {
  const found = line.found === '' ? '' : `; ${line.found}`;
  return `    ${MARKS[line.result]} ${line.name}: ${line.resultText}${found}${evidenceText(line)}${line.blocks ? '  <- blocks' : ''}`;
};

/** The criteria of one patient for a terminal, one line each with the resources behind it. */
export const printCriteria = ({ status, lines }: CriteriaPanel): string => {
  const met = lines.filter(({ result }) => result === 'met').length;
  const head =
    lines.length === 0
      ? `  NCT07291921: ${status}`
      : `  NCT07291921: ${status}, ${String(met)} of ${String(lines.length)} criteria met`;
  return [head, ...lines.map(lineText), ''].join('\n');
};
