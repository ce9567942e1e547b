/** What of a hook request is refused before it is compared, sent or logged. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hookRequests } from '../../../src/hooks/common/index.ts';

const requests = hookRequests('patient-view', z.object({}));
const parse = (body: unknown) => requests.parse(body);
const request = (change: object) => ({
  hook: 'patient-view',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: {},
  ...change,
});

describe('fhirServer', () => {
  it.each([
    ['https://fhir.example.org/r4', 'https://fhir.example.org/r4'],
    ['https://fhir.example.org/r4///', 'https://fhir.example.org/r4'],
    // Its path is not resolved: it must be the configured one as it stands.
    ['https://fhir.example.org/a/../r4', 'https://fhir.example.org/a/../r4'],
  ])('%s', (sent, read) => {
    expect(parse(request({ fhirServer: sent })).fhirServer).toBe(read);
  });

  it.each([
    ' https://a',
    'https://a ',
    'https://a\n',
    'https://a/b\tc',
    'https://例.cn',
    'ftp://a',
    'a',
    '',
    `https://a/${'x'.repeat(3000)}`,
  ])('%j is none', (fhirServer) => {
    expect(() => parse(request({ fhirServer }))).toThrow(/fhirServer: /);
  });
});

describe('fhirAuthorization', () => {
  const authorization = (change: object) => ({
    fhirServer: 'https://a',
    fhirAuthorization: {
      ...{ access_token: 'token', token_type: 'Bearer', expires_in: 300, scope: '', subject: '' },
      ...change,
    },
  });

  it('its patient may be written as a reference', () => {
    expect(parse(request(authorization({ patient: 'Patient/p' }))).tokenPatient).toBe('p');
    expect(parse(request(authorization({ patient: 'p' }))).tokenPatient).toBe('p');
  });

  it.each(['', 'a b', 'a\r\nb', 'é', 'x'.repeat(16_385)])(
    'a token that could be no header is refused',
    (access_token) => {
      expect(() => parse(request(authorization({ access_token })))).toThrow(
        /fhirAuthorization\.access_token: /,
      );
    },
  );
});
