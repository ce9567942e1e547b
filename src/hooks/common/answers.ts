import type { CardLedger, IssuedCard } from '../../assessment/index.ts';
import type { CardTemplate, Replacement } from '../../cards/index.ts';
import type { Clock } from '../../platform/index.ts';
import { lastCard } from './replaced.ts';

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
    const uuids: string[] = [];
    const json = template.stamp(() => {
      const uuid = ledger.uuid(tenant, service);
      uuids.push(uuid);
      return uuid;
    }, replaces);
    const [uuid = '', ...suggestions] = uuids;
    const { topic, content, items } = template;
    const given = suggestions.map((each, index) => ({ uuid: each, item: items[index] ?? '' }));
    return [json, { ...asked, uuid, topic, content, issuedAt, suggestions: given }];
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
    /** The patient's last card, asked for while the rest is done; never rejects, and is soon given up. */
    last: (tenant: string, patientId: string): Promise<IssuedCard | undefined> =>
      lastCard(ledger, tenant, patientId),
  };
}

export type Answers = ReturnType<typeof createAnswers>;
