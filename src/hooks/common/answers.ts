import type { CardLedger, IssuedCard } from '../../assessment/index.ts';
import type { CardTemplate } from '../../cards/index.ts';
import type { Clock } from '../../platform/index.ts';

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
const AFTER_CARDS = Buffer.from(']}');

/** Makes responses of cards: with uuids of their own, on record for feedback. */
export function createAnswers({ ledger, clock }: AnswerDependencies) {
  const issue = (asked: Asked, template: CardTemplate, issuedAt: string): [Buffer, IssuedCard] => {
    const { tenant, service } = asked;
    const uuids: string[] = [];
    const json = template.stamp(() => {
      const uuid = ledger.uuid(tenant, service);
      uuids.push(uuid);
      return uuid;
    });
    const [uuid = '', ...suggestions] = uuids;
    const { topic, content, items } = template;
    const given = suggestions.map((each, index) => ({ uuid: each, item: items[index] ?? '' }));
    return [json, { ...asked, uuid, topic, content, issuedAt, suggestions: given }];
  };

  return {
    /** @returns `{"cards": [...]}` as JSON */
    respond: (asked: Asked, templates: readonly CardTemplate[]): Buffer => {
      if (templates.length === 0) return NO_CARDS;
      const issuedAt = clock.now().toISOString();
      const issued = templates.map((template) => issue(asked, template, issuedAt));
      ledger.record(issued.map(([, card]) => card));
      const bodies = issued.flatMap(([json], index) => (index === 0 ? [json] : [BETWEEN, json]));
      return Buffer.concat([BEFORE_CARDS, ...bodies, AFTER_CARDS]);
    },
  };
}

export type Answers = ReturnType<typeof createAnswers>;
