export { calendarDate, fixedClock, isTimeZone, systemClock, type Clock } from './clock.ts';
export { loadConfig, PACKAGE_ROOT, parseConfig, type Config } from './config.ts';
export { imagingSchema, type DicomWebRoot, type ImagingConfig } from './imaging-config.ts';
export { jsonExcess, type JsonBounds } from './json-bounds.ts';
export { listen, LOOPBACK, type Listening, type ListenOptions } from './listen.ts';
export { createLog, type Log } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { createRateLimiter, type RateLimiter } from './rate-limit.ts';
export { needsClient, type ClientConfig, type TenantConfig } from './tenant-config.ts';
