import type { Command } from 'commander';
import { openStored } from '../app/index.ts';
import {
  feedbackReport,
  type FeedbackComment,
  type FeedbackReport,
  type FeedbackSummary,
} from '../assessment/index.ts';
import { CdsError } from '../domain/index.ts';
import { loadConfig, type Config } from '../platform/index.ts';
import { calendarDateOption, type CliContext } from './context.ts';
import { COLUMNS, tableLines, wrap } from './terminal.ts';

interface FeedbackOptions {
  readonly config?: string;
  readonly tenant?: string;
  readonly since: string;
  readonly json?: true;
  readonly comments?: true;
}

/** Before the first card there was. */
const EVER = '1970-01-01';

const tenantsOf = ({ tenants }: Config, wanted: string | undefined): readonly string[] => {
  const ids = tenants.map(({ id }) => id);
  if (wanted === undefined) return ids;
  if (!ids.includes(wanted))
    throw new CdsError('COMMAND_INVALID', '--tenant names none of the configuration.');
  return [wanted];
};

const percent = (share: number | undefined): string =>
  share === undefined ? '-' : `${(100 * share).toFixed(0)}%`;

const counts = (all: Readonly<Record<string, number>>): string =>
  Object.entries(all)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ') || '-';

/** What is safe in a table's cell: the text is not ours. */
const cell = (text: string): string => text.replaceAll('|', '/').replaceAll(/\s+/g, ' ');

const summaryRow = (each: FeedbackSummary): string => {
  const cells = [
    ...[each.tenant, each.service, each.topic, String(each.issued), String(each.accepted)],
    String(each.overridden),
    percent(each.acceptanceRate),
    counts(each.reasons),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
};

const HEADER = [
  '| Tenant | Service | Topic | Issued | Accepted | Overridden | Rate | Reasons |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

const commentLines = ({ outcomeTimestamp, service, topic, reason, comment }: FeedbackComment): string[] => [
  `${outcomeTimestamp}  ${service}  ${topic}  ${reason}`,
  ...wrap(printable(comment), COLUMNS - 2).map((line) => `  ${line}`),
];

/** A terminal obeys control characters, and this text is anybody's. */
const printable = (text: string): string => text.replaceAll(/\p{C}+/gu, ' ');

const asText = ({ summaries, comments }: FeedbackReport): string[] =>
  summaries.length === 0
    ? ['No cards and no feedback.']
    : [
        ...tableLines([...HEADER, ...summaries.map(summaryRow)], COLUMNS),
        ...comments.flatMap((each) => ['', ...commentLines(each)]),
      ];

const show = async (options: FeedbackOptions, context: CliContext): Promise<void> => {
  const config = loadConfig(context.env, options.config === undefined ? {} : { file: options.config });
  const tenants = tenantsOf(config, options.tenant);
  const { records, store, key } = openStored(config);
  try {
    const { since, comments = false } = options;
    const report = await feedbackReport(records, { key, tenants, since, comments });
    context.out(
      options.json === true
        ? `${JSON.stringify(comments ? report : { summaries: report.summaries }, null, 2)}\n`
        : `${asText(report).join('\n')}\n`,
    );
  } finally {
    await store.close();
  }
};

export const addFeedback = (program: Command, context: CliContext): void => {
  program
    .command('feedback')
    .description('print how many cards were issued, accepted and overridden, and why, by service and topic')
    .option(
      '-c, --config <file>',
      'YAML file of settings; default: RECURRENCE_CONFIG, else defaults and environment variables',
    )
    .option('--tenant <id>', 'of this tenant only')
    .option('--since <date>', 'of cards issued from this day on (UTC)', calendarDateOption('--since'), EVER)
    .option('--comments', 'what clinicians wrote, too: it may name patients')
    .option('--json', 'as JSON')
    .action((options: FeedbackOptions) => show(options, context));
};
