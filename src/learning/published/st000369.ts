import type { Picture, Report } from '../charts/index.ts';
import type { EvaluateSettings, Evaluation, FigureRow } from './data-set.ts';
import { readSt000369 } from './st000369-data.ts';
import { recordOf, st000369Figures } from './st000369-figures.ts';
import { figureRows, notesOf } from './st000369-rows.ts';

const reportOf = (
  figures: readonly FigureRow[],
  notes: readonly string[],
  pictures: Readonly<Record<string, Picture>>,
): Report => {
  const named = (part: string): Picture[] =>
    Object.entries(pictures).flatMap(([name, picture]) => (name.includes(part) ? [picture] : []));
  return {
    title: 'ST000369: our figures beside the published ones',
    sections: [
      {
        heading: 'Figures',
        text: notes.join('\n\n'),
        table: {
          caption: 'Areas under the ROC curve, and how each is defined',
          columns: ['figure', 'ours', 'published', 'definition'],
          rows: figures.map((row) => [row.figure, row.ours, row.published, row.definition]),
        },
      },
      { heading: 'Seeds and curves', pictures: [...named('auc-over-seeds'), ...named('roc')] },
      ...['serum', 'plasma'].map((matrix) => ({
        heading: matrix === 'serum' ? 'Serum' : 'Plasma',
        text: 'Descriptive: all samples of this matrix. Nothing here is a claim about new ones.',
        pictures: named(`${matrix}-`),
      })),
    ],
  };
};

export const evaluateSt000369 = async (folder: string, settings: EvaluateSettings): Promise<Evaluation> => {
  const data = await readSt000369(folder);
  const found = await st000369Figures(data, settings);
  const figures = figureRows(found);
  const notes = notesOf(data, found);
  const pictures: Record<string, Picture> = {};
  let html = '';
  if (settings.pictures) {
    const { matrixPictures, summaryPictures } = await import('./st000369-pictures.ts');
    const results = [
      { samples: data.serum, nested: found.serum },
      { samples: data.plasma, nested: found.plasma },
    ];
    Object.assign(pictures, await summaryPictures(results, found.recipe));
    for (const [at, { samples }] of results.entries()) {
      Object.assign(pictures, await matrixPictures(samples, settings.threads));
      settings.progress('pictures', at + 1, results.length);
    }
    const { htmlReport } = await import('../charts/index.ts');
    html = htmlReport(reportOf(figures, notes, pictures));
  }
  return { figures, notes, json: recordOf(data, found), pictures, html };
};
