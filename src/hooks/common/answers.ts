import { randomUUID } from 'node:crypto';
import type { CardLedger, IssuedCard } from '../../assessment/index.ts';
import type { CardTemplate, Replacement } from '../../cards/index.ts';
import type { Clock } from '../../platform/index.ts';
import { familyOf, lastCard } from './replaced.ts';

/** Whom an answer is for, and what it rests on. */
export interface Asked {
  readonly tenant: string;
  readonly service: string;
  readonly patientId: string;
  /** Of the assessment that is shown, where one is. */
  readonly fingerprint?: string;
}

export interface AnswerDependencies {
  readonly ledger: CardLedger;
  readonly clock: Clock;
}

const NO_CARDS = Buffer.from('{"cards":[]}');
const BEFORE_CARDS = Buffer.from('{"cards":[');
const BETWEEN = Buffer.from(',');
const AFTER_CARDS = Buffer.from(']');
const BEFORE_ACTIONS = Buffer.from(',"systemActions":');
const END = Buffer.from('}');

/** What an answer has beside its cards. */
export interface AnswerExtras {
  /** What a card takes the place of. */
  readonly replaces?: (template: CardTemplate) => Replacement | undefined;
  /** What the EHR shall do by itself: a JSON array. */
  readonly systemActions?: Buffer;
}

/** Makes responses of cards: with uuids of their own, on record for feedback. */
export function createAnswers({ ledger, clock }: AnswerDependencies) {
  const issue = (
    asked: Asked,
    template: CardTemplate,
    issuedAt: string,
    replaces: Replacement | undefined,
  ): [Buffer, IssuedCard] => {
    const { tenant, service } = asked;
    const { topic, content, items } = template;
    const uuid = ledger.uuid(tenant, service);
    // Whose card a suggestion is of is looked up with the card: it needs no name that tells.
    const suggestions = items.map((item) => ({ uuid: randomUUID(), item }));
    const inOrder = [uuid, ...suggestions.map((each) => each.uuid)].values();
    const json = template.stamp(() => inOrder.next().value ?? '', replaces);
    const family = familyOf(service);
    return [json, { ...asked, family, uuid, topic, content, issuedAt, suggestions }];
  };

  return {
    /** @returns `{"cards": [...]}` as JSON, with `systemActions` where there are any */
    respond: (asked: Asked, templates: readonly CardTemplate[], extras: AnswerExtras = {}): Buffer => {
      if (templates.length === 0) return NO_CARDS;
      const { replaces, systemActions } = extras;
      const issuedAt = clock.now().toISOString();
      const issued = templates.map((template) => issue(asked, template, issuedAt, replaces?.(template)));
      ledger.record(issued.map(([, card]) => card));
      const bodies = issued.flatMap(([json], index) => (index === 0 ? [json] : [BETWEEN, json]));
      const actions = systemActions === undefined ? [] : [BEFORE_ACTIONS, systemActions];
      return Buffer.concat([BEFORE_CARDS, ...bodies, AFTER_CARDS, ...actions, END]);
    },
    /**
     * The patient's last card of this service's family, asked for while the rest is done; never rejects, and is soon
     * given up.
     */
    last: ({ tenant, patientId, service }: Asked): Promise<IssuedCard | undefined> =>
      lastCard(ledger, tenant, patientId, familyOf(service)),
  };
}

export type Answers = ReturnType<typeof createAnswers>;
