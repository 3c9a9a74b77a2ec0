/**
 * Access tokens as providers make them: the claims that their documentation shows, with names and ids made up. `README.md` of the router
 * has a row for each.
 */
export interface Provider {
  readonly name: string;
  readonly settings: {
    readonly JWT_ISSUER: string;
    readonly JWT_AUDIENCE: string;
    readonly JWT_CLIENTS?: string;
    readonly JWT_SCOPE_CLAIMS?: string;
  };
  /** Beside `alg` and `kid`. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly algorithm: 'RS256' | 'ES256' | 'PS256';
  /** Beside `iat` and `exp`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What of them counts here. */
  readonly scopes: readonly string[];
  /** Null: the token names no session. */
  readonly hasSession: boolean;
  /** Changes to the claims that make a token of the same keys that is no access token for this system. */
  readonly refused: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const JWT = { typ: 'JWT' };
const UUID = '5bb4eb2a-8b5c-4d3a-9d71-1f2f3c0c9a11';

export const providers: readonly Provider[] = [
  {
    name: 'Auth0',
    settings: {
      JWT_ISSUER: 'https://shop.eu.auth0.com/',
      JWT_AUDIENCE: 'https://api.shop.example',
      JWT_SCOPE_CLAIMS: 'permissions',
    },
    header: JWT,
    algorithm: 'RS256',
    claims: {
      iss: 'https://shop.eu.auth0.com/',
      sub: 'auth0|507f1f77bcf86cd799439020',
      aud: ['https://api.shop.example', 'https://shop.eu.auth0.com/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile stock:write',
      permissions: ['catalog:write'],
    },
    scopes: ['catalog:write'],
    hasSession: false,
    refused: { 'an ID token': { aud: 'my_client_id', nonce: 'n-1', sid: 'abc' } },
  },
  {
    name: 'Auth0 (RFC 9068 profile)',
    settings: { JWT_ISSUER: 'https://shop.eu.auth0.com/', JWT_AUDIENCE: 'https://api.shop.example' },
    header: { typ: 'at+jwt' },
    algorithm: 'PS256',
    claims: {
      iss: 'https://shop.eu.auth0.com/',
      sub: 'google-oauth2|103547991597142817347',
      aud: 'https://api.shop.example',
      client_id: 'my_client_id',
      jti: 'vG5kFfQ',
      scope: 'openid order:read',
    },
    scopes: ['openid', 'order:read'],
    hasSession: false,
    refused: { 'a token for another API': { aud: 'https://other.example' } },
  },
  {
    name: 'Keycloak',
    settings: {
      JWT_ISSUER: 'https://id.shop.example/realms/shop',
      JWT_AUDIENCE: 'shop-api',
      JWT_SCOPE_CLAIMS: 'realm_access.roles, resource_access.shop-api.roles',
    },
    header: JWT,
    algorithm: 'RS256',
    claims: {
      auth_time: 1_700_000_000,
      jti: 'onrtac:8e0dfb7e',
      iss: 'https://id.shop.example/realms/shop',
      aud: ['shop-api', 'account'],
      sub: UUID,
      typ: 'Bearer',
      azp: 'shop-web',
      sid: 'a5f0b1bc-6a2d-4c2e-8d43-0f4d1a6f0c11',
      acr: '1',
      'allowed-origins': ['https://shop.example'],
      realm_access: { roles: ['offline_access', 'stock:write'] },
      resource_access: { 'shop-api': { roles: ['catalog:write'] }, account: { roles: ['manage-account'] } },
      scope: 'openid email profile',
      preferred_username: 'ada',
    },
    scopes: ['offline_access', 'stock:write', 'catalog:write'],
    hasSession: true,
    refused: {
      'an ID token': { typ: 'ID', aud: 'shop-web' },
      'a refresh token': { typ: 'Refresh' },
      'a logout token': { typ: 'Logout', events: {} },
    },
  },
  {
    name: 'Microsoft Entra ID',
    settings: {
      JWT_ISSUER: 'https://login.microsoftonline.com/3d5fcb2e-0a4f-4f0e-9f57-0f7b2c8ab111/v2.0',
      JWT_AUDIENCE: '6e74172b-be56-4843-9ff4-e66a39bb12e3 api://6e74172b-be56-4843-9ff4-e66a39bb12e3',
      JWT_SCOPE_CLAIMS: 'roles',
    },
    header: { typ: 'JWT', x5t: 'CtTuhMJmD5M7DLdzD2v2x3QKSRY' },
    algorithm: 'RS256',
    claims: {
      aud: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
      iss: 'https://login.microsoftonline.com/3d5fcb2e-0a4f-4f0e-9f57-0f7b2c8ab111/v2.0',
      nbf: 1_700_000_000,
      aio: 'AXQAi/8IAAAA',
      azp: '97e0a5b7-d745-40b6-94fe-5f77d35c6e05',
      azpacr: '0',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      rh: '0.AgEAAAA.',
      roles: ['stock:write'],
      scp: 'access_as_user',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: '3d5fcb2e-0a4f-4f0e-9f57-0f7b2c8ab111',
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
      ver: '2.0',
    },
    scopes: ['stock:write'],
    hasSession: false,
    refused: { 'an ID token of the API itself': { nonce: '12345', azp: undefined } },
  },
  {
    name: 'Okta',
    settings: { JWT_ISSUER: 'https://shop.okta.com/oauth2/default', JWT_AUDIENCE: 'api://default' },
    header: {},
    algorithm: 'RS256',
    claims: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://shop.okta.com/oauth2/default',
      aud: 'api://default',
      cid: 'nmdP1fcyvdVO11AL7ECm',
      uid: '00ujmkLgagxeRrAg20g3',
      scp: ['openid', 'order:read'],
      sub: 'ada@shop.example',
    },
    scopes: ['openid', 'order:read'],
    hasSession: false,
    refused: {
      'an ID token': {
        jti: 'ID.radCQMOQUmyvcTBmmIL0J6',
        aud: 'nmdP1fcyvdVO11AL7ECm',
        at_hash: 'fPlsvVszI29',
      },
    },
  },
  {
    name: 'Amazon Cognito',
    settings: {
      JWT_ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE',
      JWT_AUDIENCE: 'none',
      JWT_CLIENTS: '1example23456789',
      JWT_SCOPE_CLAIMS: 'cognito:groups',
    },
    header: {},
    algorithm: 'RS256',
    claims: {
      sub: UUID,
      'cognito:groups': ['stock:write', 'Shop Admins'],
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE',
      version: 2,
      client_id: '1example23456789',
      origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      auth_time: 1_700_000_000,
      jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeef',
      username: 'ada',
    },
    scopes: ['stock:write'],
    hasSession: false,
    refused: {
      'an ID token': { token_use: 'id', aud: '1example23456789', client_id: undefined },
      'a token of another app client': { client_id: 'another' },
    },
  },
  {
    name: 'Google: Firebase, Identity Platform',
    settings: {
      JWT_ISSUER: 'https://securetoken.google.com/shop-project',
      JWT_AUDIENCE: 'shop-project',
      JWT_SCOPE_CLAIMS: 'roles',
    },
    header: JWT,
    algorithm: 'RS256',
    claims: {
      roles: ['catalog:write'],
      iss: 'https://securetoken.google.com/shop-project',
      aud: 'shop-project',
      auth_time: 1_700_000_000,
      user_id: 'YI7rBPxkKLYAzRgKrgFYWYiWIPX2',
      sub: 'YI7rBPxkKLYAzRgKrgFYWYiWIPX2',
      email: 'ada@shop.example',
      email_verified: true,
      firebase: { identities: { email: ['ada@shop.example'] }, sign_in_provider: 'password' },
    },
    scopes: ['catalog:write'],
    hasSession: false,
    refused: { 'a token of another project': { aud: 'another-project' } },
  },
  {
    name: 'Supabase',
    settings: {
      JWT_ISSUER: 'https://abcdefghijklmnop.supabase.co/auth/v1',
      JWT_AUDIENCE: 'authenticated',
      JWT_SCOPE_CLAIMS: 'app_metadata.roles',
    },
    header: JWT,
    algorithm: 'ES256',
    claims: {
      iss: 'https://abcdefghijklmnop.supabase.co/auth/v1',
      aud: 'authenticated',
      sub: UUID,
      role: 'authenticated',
      aal: 'aal1',
      session_id: 'b2d5c1a4-8a39-4a3e-9f8b-0d9a3f4c5e11',
      email: 'ada@shop.example',
      phone: '',
      is_anonymous: false,
      amr: [{ method: 'password', timestamp: 1_700_000_000 }],
      app_metadata: { provider: 'email', providers: ['email'], roles: ['stock:write'] },
      user_metadata: { roles: ['catalog:write'] },
    },
    scopes: ['stock:write'],
    hasSession: false,
    refused: { 'the key of a project': { sub: undefined, role: 'anon' } },
  },
  {
    name: 'Clerk',
    settings: {
      JWT_ISSUER: 'https://clerk.shop.example',
      JWT_AUDIENCE: 'none',
      JWT_CLIENTS: 'https://shop.example',
      JWT_SCOPE_CLAIMS: 'metadata.roles',
    },
    header: { typ: 'JWT', cat: 'cl_B7d4PD111AAA' },
    algorithm: 'RS256',
    claims: {
      azp: 'https://shop.example',
      fva: [7, -1],
      iss: 'https://clerk.shop.example',
      jti: '5f3a1b2c4d',
      metadata: { roles: ['order:read'] },
      nbf: 1_700_000_000,
      pla: 'u:free',
      sid: 'sess_2zGqk1d8pT7wNfKb3oXc',
      sub: 'user_2zGqjwXn4sV6tYhR0aLe',
      v: 2,
    },
    scopes: ['order:read'],
    hasSession: true,
    refused: { 'a token of another page': { azp: 'https://evil.example' } },
  },
];
