import { defineConfig } from 'vitest/config';

/** `npm run test:fhir-server`: the contract suite alone, on every server that is there to be tested. */
export default defineConfig({
  test: {
    include: ['tests/fhir-server/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // One server at a time: two cores are busy enough with one.
    fileParallelism: false,
  },
});
