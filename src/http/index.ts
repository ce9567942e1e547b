export { createApp, type HttpDependencies } from './app.ts';
export { listen, type Listening } from './server.ts';
