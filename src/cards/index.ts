export { renderAppointmentCard, type AppointmentKind, type LateAppointment } from './appointment-card.ts';
export { renderAppointmentWaitingCard, type NotCompared } from './appointment-waiting-card.ts';
export { renderCard, stampCard } from './base.ts';
export type { CardContext, CardTopic, RenderContext, RenderedCard, RenderedSuggestion } from './base.ts';
export { criterionRows, type CriterionRow } from './criteria.ts';
export type { ContrastNotes } from './contrast-section.ts';
export {
  barredCard,
  notEligibleCard,
  outOfScopeCard,
  renderBarredCard,
  renderNotEligibleCard,
  renderOutOfScopeCard,
} from './eligibility-cards.ts';
export { escapeMarkdown, plainText } from './escape.ts';
export { renderOrderCard } from './order-card.ts';
export { ORDER_KINDS } from './order-content.ts';
export type { Days, OrderCardContent, OrderKind, OrderVerdict, StandingTest } from './order-content.ts';
export type { SiteLink } from './links.ts';
export { OVERRIDE_REASON_SYSTEM, OVERRIDE_REASONS, overrideReasons } from './override-reasons.ts';
export type { OverrideReason } from './override-reasons.ts';
export { featureName } from './reasons-section.ts';
export { REPLACES, replacedLine, RISK_TOPICS } from './replaced-card.ts';
export type { RiskTopic } from './replaced-card.ts';
export { renderRiskCard, riskCard } from './risk-card.ts';
export type { RiskCardContent } from './risk-card.ts';
export { actionSchema, cardSchema, LABEL_LIMIT, responseSchema, SUMMARY_LIMIT } from './schema.ts';
export type { Card, CardAction } from './schema.ts';
export { cardTemplate } from './template.ts';
export type { CardTemplate, Replacement } from './template.ts';
export { pendingCard, renderPendingCard, renderUnavailableCard, unavailableCard } from './waiting-cards.ts';
export type { EarlierResult } from './waiting-cards.ts';
