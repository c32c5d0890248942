// What other sites could make an owner's browser do.
import { expect, test } from '@playwright/test';

import { as, logIn, publicRoutes, ready, station, underAttack } from './attacked.ts';
import { ask, upgrade } from './attacker.ts';
import { adminPassword } from './station.ts';

underAttack();

test('security 13: other sites change nothing, cookies and pages are tied down', async () => {
  await ready();
  const session = await logIn('admin', adminPassword);
  expect(session.setCookie).toMatch(/HttpOnly/);
  expect(session.setCookie).toMatch(/SameSite=Strict/);
  const secure = await ask(station, 'POST', '/api/v1/login', { body: { account: 'admin', password: adminPassword }, secure: true });
  expect(String(secure.headers['set-cookie'])).toMatch(/Secure/);
  const description = (await ask(station, 'GET', '/api/v1/openapi.json')).body;
  for (const [path, methods] of Object.entries<any>(description.paths))
    for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
      const short = path.replace('/api/v1', '');
      if (method === 'GET' || publicRoutes.includes(`${method} ${short}`)) continue;
      const target = `/api/v1${short.replace(/\{[^}]+\}/g, '1')}`;
      const without = await ask(station, method, target, { headers: { Cookie: session.cookie } });
      expect(without.status, `${method} ${path} without the token`).toBe(403);
      const wrong = await ask(station, method, target, { headers: { Cookie: session.cookie, 'X-Lintel-CSRF': `${session.csrf}x` } });
      expect(wrong.status, `${method} ${path} with a wrong token`).toBe(403);
      const elsewhere = await ask(station, method, target, { headers: { ...as(session), Origin: 'https://evil.example' } });
      expect(elsewhere.status, `${method} ${path} from another site`).toBe(403);
      await new Promise((done) => setTimeout(done, 40));
    }
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${station.ports.http + 1}`, `http://127.0.0.1:${station.ports.http}.evil.example`])
    expect((await upgrade(station, '/sip', { protocol: 'sip', headers: { Cookie: session.cookie, Origin: origin } })).status, origin).toBe(403);
  const cross = await ask(station, 'POST', '/api/v1/login', { body: { account: 'admin', password: adminPassword }, headers: { Origin: 'https://evil.example' } });
  expect(cross.status).toBe(403);
  for (const path of ['/', '/monitor', '/panel', '/api/v1/state', '/nothing']) {
    const { headers } = await ask(station, 'GET', path);
    const policy = String(headers['content-security-policy']);
    expect(policy, path).toContain("frame-ancestors 'none'");
    expect(policy, path).not.toMatch(/script-src[^;]*'unsafe/);
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['access-control-allow-origin'], path).toBeUndefined();
  }
});
