export { createApp, createMonitoringApp, type HttpDependencies } from './app.ts';
