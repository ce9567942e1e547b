import type { CardLedger, IssuedCard } from '../../assessment/index.ts';
import {
  replacedLine,
  RISK_TOPICS,
  type CardTemplate,
  type RenderContext,
  type Replacement,
  type RiskTopic,
} from '../../cards/index.ts';

/** The services whose cards take each other's place: what they say is the same thing. */
export const RISK_SERVICES = ['recurrence-risk-patient-view', 'recurrence-risk-encounter-start'] as const;
export type RiskServiceId = (typeof RISK_SERVICES)[number];
const RISK_FAMILY = 'recurrence-risk';

const isRiskService = (service: string): boolean => (RISK_SERVICES as readonly string[]).includes(service);

/** Services whose cards take each other's place are one family; any other is a family by itself. */
export const familyOf = (service: string): string => (isRiskService(service) ? RISK_FAMILY : service);

/** A card is looked at for a day at most. */
const DAY_MS = 86_400_000;

/**
 * How long the account of cards may take, from when it was asked. It is asked together with everything else; a store
 * that takes longer keeps no answer back, and the card only lacks a line.
 */
const PATIENCE_MS = 50;

/**
 * The last card of a patient by a family of services, for a card to say what it replaces: undefined where that is not
 * known in time.
 */
export async function lastCard(
  ledger: Pick<CardLedger, 'last'>,
  tenant: string,
  patientId: string,
  family: string,
): Promise<IssuedCard | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, undefined);
  });
  try {
    return await Promise.race([ledger.last(tenant, patientId, family), tooLate]);
  } catch {
    // The ledger's owner counts and logs what befalls it.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

const isRiskTopic = (topic: string): topic is RiskTopic => (RISK_TOPICS as readonly string[]).includes(topic);

export interface Reader {
  readonly translator: RenderContext['translator'];
  readonly timeZone: string;
  readonly now: Date;
}

/**
 * What a card of a risk service replaces: the last card, if a risk service gave it within a day and it said something
 * else. `content` has no language in it, so the same card in another language is the same.
 */
export function replacementOf(
  last: IssuedCard | undefined,
  { topic, content }: Pick<CardTemplate, 'topic' | 'content'>,
  { translator, timeZone, now }: Reader,
): Replacement | undefined {
  if (last === undefined || !isRiskService(last.service)) return undefined;
  if (!isRiskTopic(last.topic) || !isRiskTopic(topic) || last.content === content) return undefined;
  const age = now.getTime() - Date.parse(last.issuedAt);
  // The processes of a site may have clocks that differ by seconds.
  if (Number.isNaN(age) || age > DAY_MS) return undefined;
  const { issuedAt } = last;
  return {
    line: replacedLine(
      translator,
      { topic: last.topic, issuedAt, sameTopic: last.topic === topic },
      timeZone,
    ),
    uuids: [last.uuid],
  };
}
