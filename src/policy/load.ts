import { CdsError } from '../domain/index.ts';
import { compileCondition } from './condition.ts';
import type { Condition } from './condition.ts';
import { planDefinition } from './schema.ts';
import type { PolicyAction, PolicyActivity, PolicyConcept, PolicyPlan, TranslatedElement } from './schema.ts';
import type { Interval } from './types.ts';

/** A text with its translations, by language. */
export interface PolicyText {
  readonly text: string;
  readonly translations: ReadonlyMap<string, string>;
}

export interface PolicyCode {
  readonly coding: PolicyConcept['coding'];
  readonly text?: PolicyText;
}

export interface PolicyReference {
  readonly label: PolicyText;
  readonly citation: PolicyText;
  readonly url?: string;
}

/** One proposable action, with what it inherits: all conditions, and the nearest reasons and citations. */
export interface PolicyItem {
  readonly id: string;
  readonly title: PolicyText;
  /** Its own and its ancestors': all must hold. */
  readonly conditions: readonly Condition[];
  readonly interval: Interval;
  readonly references: readonly PolicyReference[];
  readonly reasons: readonly PolicyCode[];
  readonly priority?: PolicyActivity['priority'];
  readonly code: PolicyCode;
}

/** A follow-up policy, checked and compiled. */
export interface FollowUpPolicy {
  /** The PlanDefinition's canonical with its version: what each ServiceRequest instantiates. */
  readonly canonical: string;
  readonly version: string;
  readonly status: 'draft' | 'active';
  /** The note on each ServiceRequest. */
  readonly usage: PolicyText;
  readonly items: readonly PolicyItem[];
  /** Whether any condition can see the risk itself. */
  readonly readsRisk: boolean;
}

const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

const invalid = (element: string, why: string): CdsError =>
  new CdsError('POLICY_INVALID', `${element}: ${why}.`);

const policyText = (text: string, element: TranslatedElement): PolicyText => {
  const translations = new Map<string, string>();
  for (const { url, extension = [] } of element?.extension ?? []) {
    const language = extension.find((part) => part.url === 'lang')?.valueCode;
    const content = extension.find((part) => part.url === 'content')?.valueString;
    if (url === TRANSLATION && language !== undefined && content !== undefined) {
      translations.set(language, content);
    }
  }
  return { text, translations };
};

const policyCode = ({ coding, text, _text }: PolicyConcept): PolicyCode => ({
  coding,
  ...(text !== undefined && { text: policyText(text, _text) }),
});

const intervalOf = (action: PolicyAction, element: string): Interval => {
  const { timingTiming, timingDuration } = action;
  if (timingTiming !== undefined && timingDuration !== undefined) {
    throw invalid(`${element}.timing`, 'only one timing is allowed');
  }
  if (timingTiming !== undefined) {
    return { value: timingTiming.repeat.period, unit: timingTiming.repeat.periodUnit };
  }
  if (timingDuration !== undefined) return { value: timingDuration.value, unit: timingDuration.code };
  throw invalid(`${element}.timing`, 'an action that is proposed needs timingTiming or timingDuration');
};

const referenceOf = (artifact: NonNullable<PolicyAction['documentation']>[number]): PolicyReference => ({
  label: policyText(artifact.label, artifact._label),
  citation: policyText(artifact.citation, artifact._citation),
  ...(artifact.url !== undefined && { url: artifact.url }),
});

interface Inherited {
  readonly element: string;
  readonly conditions: readonly Condition[];
  readonly reasons: readonly PolicyConcept[];
  readonly documentation: NonNullable<PolicyAction['documentation']>;
}

const itemOf = (
  action: PolicyAction,
  { element, conditions, reasons, documentation }: Inherited,
  activities: ReadonlyMap<string, PolicyActivity>,
): PolicyItem => {
  const activity = activities.get(action.definitionCanonical ?? '');
  if (activity === undefined) {
    throw invalid(`${element}.definitionCanonical`, 'names no ActivityDefinition in contained');
  }
  if (documentation.length === 0) throw invalid(`${element}.documentation`, 'a proposal needs a citation');
  return {
    id: action.id,
    title: policyText(action.title, action._title),
    conditions,
    interval: intervalOf(action, element),
    references: documentation.map(referenceOf),
    reasons: reasons.map(policyCode),
    ...(activity.priority !== undefined && { priority: activity.priority }),
    code: policyCode(activity.code),
  };
};

const itemsOf = (
  actions: readonly PolicyAction[],
  parent: Inherited,
  activities: ReadonlyMap<string, PolicyActivity>,
): PolicyItem[] =>
  actions.flatMap((action, index) => {
    const element = `${parent.element}.action[${index}]`;
    const own = (action.condition ?? []).map(({ expression }, at) =>
      compileCondition(expression.expression, `${element}.condition[${at}].expression`),
    );
    const inherited = {
      element,
      conditions: [...parent.conditions, ...own],
      reasons: action.reason ?? parent.reasons,
      documentation: action.documentation ?? parent.documentation,
    };
    return action.action === undefined
      ? [itemOf(action, inherited, activities)]
      : itemsOf(action.action, inherited, activities);
  });

const parsePlan = (value: unknown): PolicyPlan => {
  const parsed = planDefinition.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${String(step)}`,
  );
  throw invalid(`PlanDefinition${path.join('')}`, issue?.message ?? 'not valid');
};

/**
 * A hospital's follow-up policy from its PlanDefinition (config/follow-up-policy.json is the shipped draft): nested
 * actions, conditions in FHIRPath, ActivityDefinitions in `contained` as templates of the ServiceRequests.
 *
 * @param value the PlanDefinition as JSON
 * @throws {CdsError} POLICY_INVALID, naming the element
 */
export const loadPolicy = (value: unknown): FollowUpPolicy => {
  const plan = parsePlan(value);
  const activities = new Map(plan.contained.map((activity) => [`#${activity.id}`, activity]));
  const items = itemsOf(
    plan.action,
    { element: 'PlanDefinition', conditions: [], reasons: [], documentation: [] },
    activities,
  );
  const repeated = items.find(({ id }, index) => items.findIndex((other) => other.id === id) !== index);
  if (repeated !== undefined) throw invalid('PlanDefinition.action', `the id ${repeated.id} is used twice`);
  return {
    canonical: `${plan.url}|${plan.version}`,
    version: plan.version,
    status: plan.status,
    usage: policyText(plan.usage, plan._usage),
    items,
    readsRisk: items.some(({ conditions }) => conditions.some(({ readsRisk }) => readsRisk)),
  };
};
