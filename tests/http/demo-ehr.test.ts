import express from 'express';
import type { RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoEhr } from '../../src/demo/index.ts';
import type { DemoEhrOptions } from '../../src/demo/index.ts';
import { listen, LOOPBACK } from '../../src/platform/index.ts';
import type { Listening } from '../../src/platform/index.ts';

const PATIENTS = [
  { id: 'p1', name: 'Zhang <Wei>', story: { en: 'Stage IIB & resected', zh: 'IIB 期，已切除' } },
  { id: 'p 2/x', name: 'Maria Lindqvist', story: { en: 'Two years on', zh: '随访两年' } },
];
const CARD = {
  uuid: '1',
  summary: 'Recurrence risk 31 % within 12 months',
  indicator: 'critical',
  source: { label: 'recurrence-cds', url: 'https://example.org/model' },
};

interface Call {
  readonly path: string;
  readonly language: string | undefined;
  readonly body: Record<string, unknown>;
}

let calls: Call[];
let answer: RequestHandler;
let service: Listening;
let ehr: (more?: Partial<DemoEhrOptions>) => ReturnType<typeof request>;

beforeEach(async () => {
  calls = [];
  answer = (_request, response) => {
    response.json({ cards: [CARD] });
  };
  const app = express();
  app.use(express.json(), (incoming, response, next) => {
    calls.push({
      path: incoming.path,
      language: incoming.get('accept-language'),
      body: incoming.body as Record<string, unknown>,
    });
    return answer(incoming, response, next);
  });
  service = await listen(app, LOOPBACK, 0);
  ehr = (more = {}) =>
    request(
      createDemoEhr({
        patients: PATIENTS,
        serviceUrl: `${service.url}/`,
        fhirUrl: 'http://127.0.0.1:1/fhir',
        serviceId: 'recurrence-risk-patient-view',
        ...more,
      }),
    );
});
afterEach(() => service.close());

const answerCards = (...cards: object[]): void => {
  answer = (_request, response) => {
    response.json({ cards });
  };
};
/** The page without its raw request and response, which hold everything as text. */
const shown = (text: string): string => text.slice(0, text.indexOf('<aside'));

describe('the list', () => {
  it('shows each patient with name, story and id, escaped, and links to the chart', async () => {
    const { status, text } = await ehr().get('/?lang=en');
    expect(status).toBe(200);
    expect(text).toContain('Zhang &lt;Wei&gt;');
    expect(text).toContain('Stage IIB &amp; resected');
    expect(text).toContain('href="/patients/p%202%2Fx?lang=en"');
    expect(text).toMatch(/<code>\s*p 2\/x\s*<\/code>/);
    expect(text).toContain('<html lang="en">');
  });

  it('speaks Chinese when asked by ?lang or by the browser, English otherwise', async () => {
    for (const page of [
      await ehr().get('/?lang=zh-CN'),
      await ehr().get('/').set('Accept-Language', 'zh-TW,zh;q=0.9,en;q=0.5'),
    ]) {
      expect(page.text).toContain('<html lang="zh-CN">');
      expect(page.text).toContain('<h1>患者</h1>');
      expect(page.text).toContain('IIB 期，已切除');
    }
    expect((await ehr().get('/').set('Accept-Language', 'de')).text).toContain('<h1>Patients</h1>');
    expect((await ehr().get('/?lang=zh-CN')).text).toContain('href="/patients/p1?lang=zh-CN"');
  });

  it('forbids scripts and foreign content, and serves the one stylesheet', async () => {
    const page = await ehr().get('/');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(page.text).not.toMatch(/<script|\sstyle=|\son\w+=/i);
    const style = await ehr().get('/style.css');
    expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
    expect(page.text).toContain('href="/style.css"');
  });

  it('has no other pages', async () => {
    for (const path of ['/patients/nobody', '/nowhere', '/patients/%E0%A4%A'])
      expect((await ehr().get(path)).status, path).toBe(404);
    expect(calls).toEqual([]);
  });
});

describe('the request', () => {
  it("is a CDS Hooks patient-view with a fresh hookInstance and the reader's language", async () => {
    await ehr().get('/patients/p%202%2Fx?lang=zh-CN');
    await ehr().get('/patients/p1?lang=en');
    expect(calls.map(({ path, language }) => [path, language])).toEqual([
      ['/cds-services/recurrence-risk-patient-view', 'zh-CN'],
      ['/cds-services/recurrence-risk-patient-view', 'en'],
    ]);
    expect(calls[0]!.body).toEqual({
      hook: 'patient-view',
      hookInstance: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ) as string,
      fhirServer: 'http://127.0.0.1:1/fhir',
      context: { userId: 'Practitioner/demo', patientId: 'p 2/x' },
    });
    expect(calls[1]!.body['hookInstance']).not.toBe(calls[0]!.body['hookInstance']);
  });
});

describe('cards', () => {
  it('show indicator as a word, summary, source and a table in the detail', async () => {
    const detail =
      '# Basis\n\n| Horizon | Risk |\n|---|---:|\n| 12 months | **31.4 %** |\n\nSee [the model](https://example.org/m).';
    answerCards({ ...CARD, detail }, { ...CARD, indicator: 'info' }, { ...CARD, indicator: 'warning' });
    const { status, text } = await ehr().get('/patients/p1?lang=en');
    expect(status).toBe(200);
    expect(text).toMatch(/<\/span\s*>\s*Critical/);
    expect(text).toMatch(/<\/span\s*>\s*Information/);
    expect(text).toMatch(/<\/span\s*>\s*Warning/);
    expect(text).toContain('<td class="right"><strong>31.4 %</strong></td>');
    expect(text).toContain('<h4>Basis</h4>');
    expect(text).toContain(
      '<a href="https://example.org/m" target="_blank" rel="noopener noreferrer">the model</a>',
    );
    expect(text).toContain(
      '<a href="https://example.org/model" target="_blank" rel="noopener noreferrer">recurrence-cds</a>',
    );
    expect(text).not.toMatch(/\sstyle=/);
  });

  it('show suggestions with their actions and resources, override reasons and links', async () => {
    answerCards({
      ...CARD,
      selectionBehavior: 'at-most-one',
      suggestions: [
        {
          label: 'CT chest in 4 weeks',
          isRecommended: true,
          actions: [
            {
              type: 'create',
              description: 'ServiceRequest: CT',
              resource: { resourceType: 'ServiceRequest', note: '<b>' },
            },
          ],
        },
        { label: 'Nothing further', actions: [] },
      ],
      overrideReasons: [{ code: 'ordered', display: 'Already ordered' }, { code: 'declined' }],
      links: [
        { label: 'Trajectory', url: 'https://example.org/launch', type: 'smart' },
        { label: 'Odd', url: 'javascript:alert(1)', type: 'absolute' },
      ],
    });
    const text = shown((await ehr().get('/patients/p1?lang=en')).text);
    expect(text).toContain('At most one may be accepted.');
    expect(text).toMatch(/CT chest in 4 weeks\s*<span class="tag">Recommended<\/span/);
    expect(text).toMatch(/Create<\/span>\s*ServiceRequest: CT/);
    expect(text).toContain('&quot;resourceType&quot;: &quot;ServiceRequest&quot;');
    expect(text).toContain('&quot;&lt;b&gt;&quot;');
    expect(text).toMatch(
      /<option value="0">Already ordered<\/option>\s*<option value="1">declined<\/option>/,
    );
    expect(text).toMatch(/>Trajectory<\/a\s*>\s*<span class="quiet">\(SMART app\)/);
    expect(text).toMatch(/<li>\s*Odd/);
    expect(text).not.toContain('href="javascript:');
  });

  it('show the raw response and request, folded away', async () => {
    const { text } = await ehr().get('/patients/p1?lang=en');
    expect(text).toMatch(/<details>\s*<summary>Show raw response<\/summary>/);
    expect(text).toContain('&quot;summary&quot;: &quot;Recurrence risk 31 % within 12 months&quot;');
    expect(text).toContain('&quot;patientId&quot;: &quot;p1&quot;');
  });

  it('none at all is said in plain words, as an answer', async () => {
    answerCards();
    const english = await ehr().get('/patients/p1?lang=en');
    expect(english.status).toBe(200);
    expect(english.text).toContain('The service has nothing to say.');
    expect((await ehr().get('/patients/p1?lang=zh-CN')).text).toContain('服务没有需要提示的内容。');
  });

  it('cannot bring script, HTML, images or styles of their own', async () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>';
    answerCards({
      uuid: '1',
      summary: evil,
      indicator: 'info',
      detail: `${evil}\n\n[a](javascript:alert(1)) ![b](https://evil.example/p.png) [c](data:text/html,x)\n\n| <img src=x onerror=alert(2)> |\n|---|\n| <style>*{}</style> |\n\n\`\`\`"><script>\nx\n\`\`\``,
      source: { label: evil, url: 'javascript:alert(1)' },
      suggestions: [{ label: evil, actions: [{ type: 'create', description: evil, resource: { evil } }] }],
      overrideReasons: [{ display: evil }],
      links: [{ label: evil, url: '" onclick="alert(1)', type: 'absolute' }],
    });
    const { text } = await ehr().get('/patients/p1?lang=en');
    const tags = [...text.matchAll(/<([a-z][a-z0-9]*)\b([^>]*)>/gi)];
    const names = new Set(tags.map(([, name]) => name?.toLowerCase()));
    for (const name of ['script', 'img', 'style', 'iframe']) expect(names, name).not.toContain(name);
    // The page's own forms, and no other.
    for (const [form] of text.matchAll(/<form[^>]*>/g))
      expect(form).toContain('action="/patients/p1/feedback?lang=en"');
    for (const [, , attributes = ''] of tags)
      expect(attributes).not.toMatch(/\bon\w+\s*=|javascript:|data:/i);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

describe('when the service fails', () => {
  it('and cannot be reached, or is late, the page says so', async () => {
    const late = ehr({ timeoutMs: 50 });
    answer = () => undefined;
    const timeout = await late.get('/patients/p1?lang=en');
    expect([timeout.status, timeout.text.includes('did not answer in time')]).toEqual([502, true]);
    const { url } = await listen(express(), LOOPBACK, 0).then(async (other) => {
      await other.close();
      return other;
    });
    const down = await ehr({ serviceUrl: url }).get('/patients/p1?lang=zh-CN');
    expect([down.status, down.text.includes('无法连接到服务。')]).toEqual([502, true]);
    expect(down.text).not.toContain('ECONNREFUSED');
  });

  it('with an OperationOutcome, its texts and status are shown, escaped', async () => {
    answer = (_request, response) => {
      response.status(412).json({
        resourceType: 'OperationOutcome',
        issue: [
          {
            severity: 'error',
            code: 'required',
            details: { text: 'Prefetch is <missing>.' },
            diagnostics: 'Send it.',
          },
          { severity: 'error', code: 'security' },
        ],
      });
    };
    const { status, text } = await ehr().get('/patients/p1?lang=en');
    expect(status).toBe(502);
    expect(shown(text)).toContain('Prefetch is &lt;missing&gt;. Send it.');
    expect(shown(text)).toContain('security');
    expect(shown(text)).toMatch(/HTTP status\s+412/);
  });

  it.each([
    ['an HTML page with 200', 200, '<html><script>x</script></html>', 'not a CDS Hooks response'],
    ['cards of another shape', 200, '{"cards":[{"summary":1}]}', 'not a CDS Hooks response'],
    ['a bare error', 500, 'oops', 'HTTP status 500'],
  ])('with %s, the page says so', async (_title, code, body, message) => {
    answer = (_request, response) => {
      response.status(code).type('text/html').send(body);
    };
    const { status, text } = await ehr().get('/patients/p1?lang=en');
    expect(status).toBe(502);
    expect(shown(text).replace(/\s+/g, ' ')).toContain(message);
    expect(text).not.toContain('<script');
  });
});
