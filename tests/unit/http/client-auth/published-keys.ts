/** Public parts of keys whose private parts are published, as their publishers print them. */

/** Signed as the official sandbox signs, at 2026-11-23T10:00:00Z for five minutes. */
export const SANDBOX_TOKEN =
  'eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjQ0ODIzZjNkLTBiMDEtNGE2Yy1hODBlLWI5ZDNlOGE3MjI2ZiIsImprdSI6Imh0dHBzOi8vc2FuZGJveC5jZHMtaG9va3Mub3JnLy53ZWxsLWtub3duL2p3a3MuanNvbiJ9.eyJpc3MiOiJodHRwczovL3NhbmRib3guY2RzLWhvb2tzLm9yZyIsImF1ZCI6Imh0dHBzOi8vY2RzLmhvc3BpdGFsLmV4YW1wbGUvY2RzLXNlcnZpY2VzL3JlY3VycmVuY2Utcmlzay1wYXRpZW50LXZpZXciLCJleHAiOjE3OTU0MjgzMDAsImlhdCI6MTc5NTQyODAwMCwianRpIjoiN2QxZjNmNWUtNmUyYi00YTU3LTlhNDAtMGY3YTBlM2Y4YjExIn0.dVAsbW2NuyqOMw5pnPSAdnI7VjQfQw7E3bKabzNpvUxsYOsZ9L4HFVvxSV-7ObZGu1l1_ADwpN4CaDv7VT65l6GYDUobnVPY4CRMdPkyzk9lsVaKmPciv0VtN4RcW0i7';

export const SANDBOX_KEY = {
  kty: 'EC',
  crv: 'P-384',
  kid: '44823f3d-0b01-4a6c-a80e-b9d3e8a7226f',
  x: 'dw_JGR8nB2I6XveNxUOl2qk699ZPLM2nYI5STSdiEl9avAkrm3CkfYMbrrjr8laB',
  y: 'Sm3mLE-n1zYNla_aiE3cb3nZsL51RbC7ysw3q8aJLxGm-hx79RPMYpITDjp7kgzy',
};

/** RFC 7517 A.2, of which RFC 7638 3.1 states the thumbprint. */
export const RFC_7517_KEY = {
  kty: 'RSA',
  e: 'AQAB',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
};
export const RFC_7638_THUMBPRINT = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

/** jwt.io's example of ES384. */
export const JWT_IO_ES384 =
  'MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEC1uWSXj2czCDwMTLWV5BFmwxdM6PX9p+Pk9Yf9rIf374m5XP1U8q79dBhLSIuaojsvOT39UUcPJROSD1FqYLued0rXiooIii1D3jaW6pmGVJFhodzC31cy5sfOYotrzF';

/** The client key of the Inferno test kits. */
export const INFERNO_ES384 = {
  kty: 'EC',
  crv: 'P-384',
  kid: '4b49a739d1eb115b3225f4cf9beb6d1b',
  x: 'JQKTsV6PT5Szf4QtDA1qrs0EJ1pbimQmM2SKvzOlIAqlph3h1OHmZ2i7MXahIF2C',
  y: 'bRWWQRJBgDa6CTgwofYrHjVGcO-A7WNEnu4oJA5OUJPPPpczgx1g2NsfinK-D2Rw',
};
