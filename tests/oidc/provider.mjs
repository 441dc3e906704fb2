// A certified OpenID provider with its development sign-in: whoever types a name is that subject.
// It tells its address on standard output and ends with standard input.
import Provider from "oidc-provider";

const callback = process.argv[2];
// Two subjects may say the same e-mail: it proves nothing.
const emails = { huong: "stp.lanhdao@example.com" };

const settings = {
  clients: [
    {
      client_id: "cchc",
      client_secret: "a secret of this test run alone",
      redirect_uris: [callback],
      post_logout_redirect_uris: [new URL("/dang-nhap", callback).href],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["a key of this test run alone"] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: emails[id] ?? `${id}@example.com`, email_verified: true }),
  }),
  pkce: { required: () => true },
};

const http = await import("node:http");
const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on("request", new Provider(issuer, settings).callback());
  process.stdout.write(`${issuer}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
