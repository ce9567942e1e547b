export { createChartReader, type ChartReader, type ReadChart } from './chart-reader.ts';
export { fhirId, hookRequestParser, userId } from './request.ts';
export type { CdsService, HandledRequest, RequestContext, ServiceDefinition } from './service.ts';
