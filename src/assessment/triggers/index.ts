export { createAssessHandler, type AssessDependencies } from './assess.ts';
export { createCatchUpHandler, type CatchUpDependencies } from './catch-up.ts';
export { createNotificationDoor, type DoorDependencies, type NotificationDoor } from './door.ts';
export { createFindPatientHandler, type FindPatientDependencies } from './find-patient.ts';
export { createSweepHandler, type SweepDependencies, type SweptSite } from './sweep.ts';
export {
  SUBSCRIPTION_PAYLOADS,
  SUBSCRIPTION_STYLES,
  subscriptionsFor,
  withoutSecret,
  type NamedSubscription,
  type SubscriptionPayload,
  type SubscriptionRequest,
  type SubscriptionStyle,
} from './subscriptions.ts';
