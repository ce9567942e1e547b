export { createChartReader, type ChartReader, type ReadChart } from './chart-reader.ts';
export { fhirId, parseHookRequest, userId } from './request.ts';
export type {
  CdsService,
  HandledRequest,
  RequestContext,
  ServiceAnswer,
  ServiceDefinition,
} from './service.ts';
