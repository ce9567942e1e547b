export { crossValidatedElasticNetCox, type CrossValidatedElasticNetCox } from './cross-validation.ts';
export { elasticNetCox, type ElasticNetCoxInput, type ElasticNetCoxPath } from './elastic-net-cox.ts';
