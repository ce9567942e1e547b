import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Writes to the server that FHIR_BASE_URL names: only when asked (`npm run test:fhir-server`).
    exclude: ['tests/fhir-server/given.test.ts'],
    globalSetup: ['tests/setup/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two cores: more workers only wait for one another.
    maxWorkers: 2,
  },
});
