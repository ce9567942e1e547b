import type { CodeableConcept, ServiceRequest } from 'fhir/r4.js';
import { addInterval, windowAround } from './calendar.ts';
import type { Condition, ConditionVariables } from './condition.ts';
import type { FollowUpPolicy, PolicyCode, PolicyItem, PolicyText } from './load.ts';
import type { FollowUpProposal, FollowUpQuery } from './types.ts';

/** Strata x months x (where a condition reads it) whole per cent: a day's patients fit; the oldest go first. */
const CACHE_SIZE = 2048;

const applicableItems = new WeakMap<FollowUpPolicy, Map<string, readonly PolicyItem[]>>();

const inLanguage = ({ text, translations }: PolicyText, language: string): string =>
  translations.get(language) ?? text;

const concept = ({ coding, text }: PolicyCode, language: string): CodeableConcept => ({
  coding: coding.map(({ system, code, display }) => ({
    system,
    code,
    ...(display !== undefined && { display }),
  })),
  ...(text !== undefined && { text: inLanguage(text, language) }),
});

const evaluate = (policy: FollowUpPolicy, variables: ConditionVariables): readonly PolicyItem[] => {
  // Siblings share their group's condition: each is evaluated once.
  const answers = new Map<Condition, boolean>();
  const holds = (condition: Condition): boolean => {
    const answer = answers.get(condition) ?? condition.holds(variables);
    answers.set(condition, answer);
    return answer;
  };
  return policy.items.filter(({ conditions }) => conditions.every(holds));
};

const itemsFor = (policy: FollowUpPolicy, variables: ConditionVariables): readonly PolicyItem[] => {
  const cache = applicableItems.get(policy) ?? new Map<string, readonly PolicyItem[]>();
  applicableItems.set(policy, cache);
  const { stratum, monthsSinceSurgery, risk12 } = variables;
  const key = `${stratum}|${monthsSinceSurgery}|${policy.readsRisk ? risk12 : ''}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const items = evaluate(policy, variables);
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? key);
  cache.set(key, items);
  return items;
};

const proposalOf = (policy: FollowUpPolicy, item: PolicyItem, query: FollowUpQuery): FollowUpProposal => {
  const { landmarkDate, patientId, language } = query;
  const dueDate = addInterval(landmarkDate, item.interval);
  const { windowStart, windowEnd } = windowAround(dueDate, landmarkDate);
  const resource: ServiceRequest = {
    resourceType: 'ServiceRequest',
    instantiatesCanonical: [policy.canonical],
    status: 'draft',
    intent: 'proposal',
    ...(item.priority !== undefined && { priority: item.priority }),
    code: concept(item.code, language),
    subject: { reference: `Patient/${patientId}` },
    occurrencePeriod: { start: windowStart, end: windowEnd },
    ...(item.reasons.length > 0 && { reasonCode: item.reasons.map((reason) => concept(reason, language)) }),
    note: [{ text: inLanguage(policy.usage, language) }],
  };
  return {
    id: item.id,
    title: inLanguage(item.title, language),
    dueDate,
    windowStart,
    windowEnd,
    interval: item.interval,
    citations: item.references.map(({ label, citation, url }) => ({
      label: inLanguage(label, language),
      text: inLanguage(citation, language),
      ...(url !== undefined && { url }),
    })),
    resource,
  };
};

/**
 * The follow-up the policy proposes for a stratum and a time since surgery, in the policy's order. Due dates count
 * from the landmark: what is already booked or done is the reader's to know (an override reason says so).
 *
 * Conditions are evaluated once for what they can see and remembered; a warm call builds the resources only.
 *
 * @throws {CdsError} POLICY_INVALID where a condition gives no boolean for these values
 */
export const proposeFollowUp = (
  policy: FollowUpPolicy,
  query: FollowUpQuery,
): readonly FollowUpProposal[] => {
  const variables: ConditionVariables = {
    stratum: query.stratum,
    monthsSinceSurgery: Math.floor(query.monthsSinceSurgery),
    risk12: Math.round(query.risk12 * 100) / 100,
  };
  return itemsFor(policy, variables).map((item) => proposalOf(policy, item, query));
};
