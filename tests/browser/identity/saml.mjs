// A SAML identity provider for tests: people are whoever says so, and its answers can be made wrong in known ways.
// `saml.mjs KEY CERTIFICATE RECEIVER`; prints its address.
import { readFileSync } from 'node:fs';
import express from 'express';
import samlp from 'samlp';

const [keyFile, certificateFile, receiver] = process.argv.slice(2);
const key = readFileSync(keyFile);
const cert = readFileSync(certificateFile);
const app = express();
app.use(express.urlencoded({ extended: false, limit: '1mb' }));

const FORM = (asked) => `<!doctype html><html lang="en"><title>Who is it?</title><h1>Who is it?</h1><form method="post" action="/answer">
<input type="hidden" name="SAMLRequest" value="${asked.replaceAll('"', '')}"><label>Subject <input name="subject"></label>
<label>Context <input name="context" value="urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"></label>
<label>Wrong <input name="wrong"></label><button>Go on</button></form></html>`;

// What an answer is made with, by what is to be wrong with it.
const WRONG = {
  unsigned: { signAssertion: false },
  audience: { audience: 'https://elsewhere.example/' },
  expired: { lifetimeInSeconds: -3600 },
  recipient: { recipient: 'https://elsewhere.example/acs/' },
  issuer: { issuer: 'urn:somebody-else' },
  unsolicited: { inResponseTo: undefined },
};
const CHANGED = {
  altered: (text) => text.replace(/(<saml:NameID[^>]*>)[^<]*/, '$1somebody-else'),
  wrapped: (text) => {
    const [signed] = text.match(/<saml:Assertion[\s\S]*<\/saml:Assertion>/);
    const forged = signed.replace(/<Signature[\s\S]*<\/Signature>/, '').replace(/ID="[^"]*"/, 'ID="_forged"')
      .replace(/(<saml:NameID[^>]*>)[^<]*/, '$1somebody-else');
    return text.replace(signed, forged + signed);
  },
  transient: (text) => text,
};

app.get('/', (request, response) => response.send(FORM(String(request.query.SAMLRequest ?? ''))));
app.get('/health', (_, response) => response.send('well'));
app.post('/answer', (request, response, next) => {
  const { subject, context, wrong } = request.body;
  if (wrong === 'unsolicited') delete request.body.SAMLRequest;
  const format = wrong === 'transient' ? 'transient' : 'persistent';
  const mapper = () => ({
    getClaims: () => ({ 'urn:test:unit': 'patrol' }),
    getNameIdentifier: () => ({
      nameIdentifier: subject, nameIdentifierFormat: `urn:oasis:names:tc:SAML:2.0:nameid-format:${format}`,
    }),
  });
  samlp.auth({
    issuer: 'urn:test-provider', key, cert, recipient: receiver, destination: receiver, profileMapper: mapper,
    lifetimeInSeconds: 300, authnContextClassRef: context, getUserFromRequest: () => ({ id: subject }),
    getPostURL: (_audience, _dom, _request, done) => done(null, receiver),
    ...(wrong === 'unsolicited' ? { audience: receiver.replace('acs/', 'metadata/') } : {}),
    ...(WRONG[wrong] ?? {}),
    responseHandler: (made, _options, _request, answer) => {
      const text = (CHANGED[wrong] ?? ((same) => same))(made.toString());
      answer.send(`<!doctype html><html lang="en"><title>Answer</title><form method="post" action="${receiver}">
<input type="hidden" name="SAMLResponse" value="${Buffer.from(text).toString('base64')}"><button>Carry it</button></form></html>`);
    },
  })(request, response, next);
});
const server = app.listen(0, '127.0.0.1', () => console.log(`http://localhost:${server.address().port}`));
