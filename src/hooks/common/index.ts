export { createAnswers, type Answers } from './answers.ts';
export { createChartReader, type ChartReader, type ReadCare, type ReadChart } from './chart-reader.ts';
export type { HookDependencies } from './dependencies.ts';
export { isShallow, withoutEmpty } from './given-back.ts';
export { fhirId, hookRequests, userId, type HookRequest, type HookRequests } from './request.ts';
export type { Decision } from './risk/decide.ts';
export { CARD_SOURCE, proposalsFor, renderWaiting } from './risk/response.ts';
export { responseSchema } from '../../cards/index.ts';
export { createRiskService } from './risk-service.ts';
export {
  withVersions,
  type CdsService,
  type HandledRequest,
  type RequestContext,
  type ServiceDefinition,
} from './service.ts';
export { createVisits, type Visit, type Visits } from './visits.ts';
