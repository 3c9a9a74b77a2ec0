/** Of OpenSSL's verification of a certificate chain, as Node names them. */
const CERTIFICATE =
  /^(CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;
const HANDSHAKE = /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)/;

/**
 * What TLS refused, as the end of a sentence: a certificate, or the handshake. Both stay as they are until a setting is changed, unlike a
 * server that does not respond.
 *
 * @returns null for an error of another kind
 */
export function tlsProblemOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code = '', reason } = error as NodeJS.ErrnoException & { readonly reason?: string };
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')
    return `the client's key is not that of its certificate (${code})`;
  if (/^ERR_OSSL_(PEM_|ASN1_|UNSUPPORTED)/.test(code))
    return `the file of the client's certificate, of its key, or of the CA cannot be read as one (${code})`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return `the server does not speak TLS at this port (${code})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the server's certificate is issued to another name (${code})`;
  if (CERTIFICATE.test(code)) return `the server's certificate is not accepted (${code})`;
  if (!HANDSHAKE.test(code)) return null;
  if (/ALERT_(UNKNOWN_CA|CERTIFICATE|BAD_CERTIFICATE|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/.test(code))
    return `the server does not accept the client's certificate, or demands one (${code})`;
  return `the TLS handshake failed (${[code, reason].filter(Boolean).join(', ')})`;
}
