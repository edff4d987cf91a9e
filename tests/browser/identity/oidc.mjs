// An OpenID provider for tests: people are whoever says so. `oidc.mjs CLIENT SECRET REDIRECT`; prints its issuer.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [client, secret, redirect] = process.argv.slice(2);
const key = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex'),
});
const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://localhost:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [redirect], response_types: ['code'] }],
  jwks: { keys: [key()] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: { devInteractions: { enabled: false } },
  claims: { openid: ['sub', 'amr'] },
  conformIdTokenClaims: false,
  interactions: { url: (_, interaction) => `/people/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // Nobody is asked what may be told: nothing but who it is.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
});
const FORM = `<!doctype html><html lang="en"><title>Who is it?</title><h1>Who is it?</h1><form method="post">
<label>Subject <input name="subject"></label><label>How <input name="amr" value="pwd"></label>
<button>Go on</button></form><form method="post"><button name="no" value="1">Leave</button></form></html>`;

async function ask(request, response) {
  if (request.method === 'GET') return response.setHeader('Content-Type', 'text/html').end(FORM);
  let body = '';
  for await (const part of request) body += part;
  const said = new URLSearchParams(body);
  const result = said.get('no')
    ? { error: 'access_denied', error_description: 'left' }
    : { login: { accountId: said.get('subject'), amr: said.get('amr').split(' '), remember: true } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}
const answer = provider.callback();
server.on('request', (request, response) => {
  const asked = request.url.startsWith('/people/') ? ask(request, response) : answer(request, response);
  Promise.resolve(asked).catch((error) => response.writeHead(500).end(String(error)));
});
console.log(issuer);
