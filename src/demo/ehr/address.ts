import type { Request } from 'express';
import { z } from 'zod';
import { addDays } from '../../domain/index.ts';
import type { ClickOutcome } from './feedback.ts';
import { storyIn } from './layout.ts';
import { chooseLanguage, type Language } from './texts.ts';
import { WORKFLOWS, type Filled, type WorkflowName } from './workflows.ts';

/** What became of what a reader did last. */
export type DoneOutcome = ClickOutcome | 'kept' | 'not-kept';

export interface Done {
  readonly outcome: DoneOutcome;
  /** What was written, as `Type/id`. */
  readonly written: readonly string[];
}

const OUTCOMES: Readonly<Record<DoneOutcome, true>> = {
  ...{ accepted: true, overridden: true, kept: true },
  ...{ 'not-done': true, 'done-not-told': true, 'not-told': true, gone: true, 'not-kept': true },
};

const isOutcome = (text: unknown): text is DoneOutcome =>
  typeof text === 'string' && Object.hasOwn(OUTCOMES, text);

const REFERENCE = /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
const MOST_REFERENCES = 10;

/** What the address says of what was done last; the references are only shown, as links into the FHIR server. */
export const doneOf = ({ query }: Request): Done | undefined => {
  const { done, written } = query;
  if (!isOutcome(done)) return undefined;
  const references = typeof written === 'string' ? written.split(',') : [];
  return {
    outcome: done,
    written: references.filter((each) => REFERENCE.test(each)).slice(0, MOST_REFERENCES),
  };
};

/** Where a reader is sent after something was done: to what the page then says of it. */
export const doneAddress = (page: string, language: Language, { outcome, written }: Done): string => {
  const joined = page.includes('?') ? '&' : '?';
  const references = written.length === 0 ? '' : `&written=${written.map(encodeURIComponent).join(',')}`;
  return `${page}${joined}lang=${language}&done=${outcome}${references}#done`;
};

export const languageOf = (request: Request): Language =>
  chooseLanguage(request.query['lang'], request.get('accept-language'));

/** Nine months: later than a follow-up policy proposes of most patients, so that there is something to say. */
const DAYS_AHEAD = 270;

/** What was filled in; of what is no choice and no date, what the form begins with. */
export const filledOf = (
  { what, date }: Readonly<Record<string, unknown>>,
  name: WorkflowName,
  today: string,
  language: Language,
): Filled => {
  const { choices } = WORKFLOWS[name];
  const day = z.iso.date().safeParse(date);
  const choice = choices.find((each) => each.what === what) ?? choices[0];
  return {
    what: choice?.what ?? '',
    date: day.success ? day.data : addDays(today, DAYS_AHEAD),
    ...(choice !== undefined && { text: storyIn(choice.label, language) }),
  };
};

export const chartPath = (patientId: string): string => `/patients/${encodeURIComponent(patientId)}`;
