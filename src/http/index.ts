export {
  authenticateClients,
  createClientAuth,
  SANDBOX_CLIENT,
  type ClientAuth,
} from './client-auth/index.ts';
export { createApp, createMonitoringApp, type HttpDependencies } from './app.ts';
