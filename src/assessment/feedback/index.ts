export type { FeedbackComment, OverrideReasonCodes } from './feedback-records.ts';
export { createFeedbackInbox, type InboxDependencies } from './inbox.ts';
export { createCardLedger, type LedgerDependencies } from './ledger.ts';
export { watchRecords, type WatchedRecords } from './store-health.ts';
export { feedbackReport, type FeedbackReport, type FeedbackSummary } from './summary.ts';
