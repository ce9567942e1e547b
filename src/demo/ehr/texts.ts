/** The page's own words; cards come in the service's. */
const en = {
  title: 'Demo EHR',
  notice: 'Simulated patients. Not for clinical use.',
  skip: 'Skip to content',
  language: 'Language',
  patients: 'Patients',
  patientsLead: 'Opening a chart sends a CDS Hooks patient-view request to the service.',
  id: 'Patient id',
  story: 'History',
  back: 'All patients',
  cards: 'Decision support',
  noCards: 'The service returned no cards for this patient.',
  noCardsWhy: 'That is an answer, not a failure: it has nothing to say about this chart.',
  info: 'Information',
  warning: 'Warning',
  critical: 'Critical',
  source: 'Source',
  suggestions: 'Suggestions',
  recommended: 'Recommended',
  choiceAny: 'Any number may be accepted.',
  choiceOne: 'At most one may be accepted.',
  create: 'Create',
  update: 'Update',
  delete: 'Delete',
  resource: 'FHIR resource',
  overrideReasons: 'Reasons offered when the card is dismissed',
  links: 'Links',
  smartApp: 'SMART app',
  problem: 'The service gave no cards',
  unreachable: 'The service could not be reached.',
  timeout: 'The service did not answer in time.',
  notCards: 'The answer is not a CDS Hooks response.',
  httpStatus: 'HTTP status',
  request: 'Request',
  hook: 'Hook',
  service: 'Service',
  duration: 'Answered in',
  count: 'Cards',
  rawRequest: 'Show raw request',
  rawResponse: 'Show raw response',
  table: 'Table',
  notFound: 'There is no such page or patient.',
};

export type Texts = Readonly<typeof en>;

const zh: Texts = {
  title: '演示电子病历',
  notice: '模拟患者，不得用于临床。',
  skip: '跳到正文',
  language: '语言',
  patients: '患者',
  patientsLead: '打开病历时，会向服务发送一次 CDS Hooks patient-view 请求。',
  id: '患者编号',
  story: '病史',
  back: '全部患者',
  cards: '决策支持',
  noCards: '服务没有为该患者返回卡片。',
  noCardsWhy: '这是正常的回答，并非故障：对这份病历没有需要提示的内容。',
  info: '信息',
  warning: '警告',
  critical: '危急',
  source: '来源',
  suggestions: '建议',
  recommended: '推荐',
  choiceAny: '可接受任意多项。',
  choiceOne: '最多接受一项。',
  create: '新建',
  update: '更新',
  delete: '删除',
  resource: 'FHIR 资源',
  overrideReasons: '忽略卡片时可选的理由',
  links: '链接',
  smartApp: 'SMART 应用',
  problem: '服务未返回卡片',
  unreachable: '无法连接到服务。',
  timeout: '服务未在时限内应答。',
  notCards: '应答不是 CDS Hooks 响应。',
  httpStatus: 'HTTP 状态',
  request: '请求',
  hook: 'Hook',
  service: '服务',
  duration: '应答用时',
  count: '卡片数',
  rawRequest: '查看原始请求',
  rawResponse: '查看原始应答',
  table: '表格',
  notFound: '没有这个页面或患者。',
};

export type Language = 'en' | 'zh-CN';
export const LANGUAGES: readonly Language[] = ['en', 'zh-CN'];
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '中文' };

export const textsIn = (language: Language): Texts => (language === 'zh-CN' ? zh : en);

/** `?lang=` first, else what the browser prefers, else English. */
export const chooseLanguage = (asked: unknown, acceptLanguage: string | undefined): Language => {
  const wanted = typeof asked === 'string' ? asked : (acceptLanguage ?? '');
  return wanted.trim().toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
};
