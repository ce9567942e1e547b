export { createClientAuth, type ClientAuth, type ClientAuthOptions } from './client-auth.ts';
export { authenticateClients } from './middleware.ts';
export { SANDBOX_CLIENT, SANDBOX_ISSUER } from './known-keys.ts';
export { REFUSALS, type Refusal } from './refused.ts';
