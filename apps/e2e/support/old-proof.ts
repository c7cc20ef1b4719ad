import type { Page } from 'playwright-core';

/** The server's refusal of the first call of this address, as it comes ten minutes after a sign-in. */
export const refuseOnceForProof = async (page: Page, address: string, method: string): Promise<void> => {
  let refused = false;
  await page.route(address, (route) => {
    if (refused || route.request().method() !== method) return route.continue();
    refused = true;
    return route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      json: {
        type: 'about:blank',
        title: 'Prove once more that it is you',
        status: 403,
        code: 'auth.fresh_factor_required',
        retry: false,
      },
    });
  });
};
