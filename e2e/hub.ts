import type { Page } from '@playwright/test';

/** The page asks huggingface.co, as people's pages do; here a hub of this machine answers. */
export async function answerForTheHub(page: Page, origin: string): Promise<void> {
  await page.context().route('https://huggingface.co/**', async (route) => {
    const request = route.request();
    const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
    const expose = { 'Access-Control-Expose-Headers': 'Content-Range, Link, Retry-After' };
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors });
    const { pathname, search } = new URL(request.url());
    const asked = await request.allHeaders();
    const headers: Record<string, string> = {};
    for (const name of ['range', 'authorization']) if (asked[name]) headers[name] = asked[name];
    const answer = await fetch(`${origin}${pathname}${search}`, { headers });
    const body = Buffer.from(await answer.arrayBuffer());
    const range = answer.headers.get('content-range');
    return route.fulfill({
      status: answer.status,
      headers: { ...cors, ...expose, ...(range ? { 'Content-Range': range } : {}) },
      body,
    });
  });
}
