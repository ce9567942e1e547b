export { createSubscriptions, type Subscriptions } from './subscriptions.ts';
