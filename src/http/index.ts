export { createApp, type HttpDependencies } from './app.ts';
