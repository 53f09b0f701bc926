import { Router } from 'express';
import { createPagesRouter } from '../../src/adapters/http/pages/router.ts';
import type { Services } from '../../src/adapters/http/admin/services.ts';
import { TestAppliance } from './appliance.ts';

/** The administration with its pages. They need the services, which need the app: so they are put in last. */
export async function startWithPages(services: Partial<Services> = {}): Promise<TestAppliance> {
  const pages = Router();
  const appliance = await TestAppliance.start({ pages, services });
  pages.use(
    createPagesRouter({
      services: appliance.services,
      accounts: appliance.access.accounts,
      signOut: (secret) => appliance.access.signIn.signOut(secret),
      clock: { now: () => Date.now() },
    }),
  );
  return appliance;
}
