export { chooseSeries, decideSeries, type LeftOut, type SeriesChoice } from './series.ts';
export { chooseStudies, type DatedStudy, type StudyChoice } from './studies.ts';
