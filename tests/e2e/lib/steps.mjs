// Reading the Debug tab: the steps, once they have run, and what they come to.
import assert from 'node:assert/strict';

/** Waits until every step has run, other jobs have been looked at and nothing is asked any more; each as {state, title, says}. */
export async function steps(page) {
  const until = condition => page.waitForFunction(condition, null, { timeout: 60_000 })
    .catch(async error => { throw new Error(`${error.message}\n${await page.locator('body').innerText()}`); });
  await until(() => document.querySelector('.step') && !document.querySelector('.step.waiting'));
  await until(() => !/^Looking for/.test(document.querySelector('.same')?.innerText ?? ''));
  await until(() => !document.querySelector('.top .busy'));
  return page.locator('.step').evaluateAll(all => all.map(step => ({
    state: step.querySelector('.state').textContent.trim(),
    title: step.querySelector('h3').textContent.trim(),
    says: step.querySelector('.step-says').textContent.trim(),
  })));
}

export const named = (all, title) => all.find(step => step.title.includes(title)) ?? assert.fail(`no step ${title} among ${all.map(step => step.title)}`);

/** The card that says what the steps come to. */
export const comes = page => page.getByRole('region', { name: 'What it comes to' });

/** The likely causes, the likeliest first: {what, rule, refute}. */
export const causes = page => comes(page).locator('.causes > li').evaluateAll(all => all.map(each => {
  const facts = Object.fromEntries([...each.querySelectorAll('dt')].map(it => [it.textContent.trim(), it.nextElementSibling?.textContent.trim()]));
  return { what: each.querySelector('strong').textContent.trim(), rule: facts.Rule, refute: facts['What would refute it'] ?? facts['What would tell'] };
}));

/** What the page says it could not ask of a server. */
export const unanswered = page => comes(page).locator('.causes-missing li').filter({ hasText: /Loki|Prometheus|Tempo/ });
