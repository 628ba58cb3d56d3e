package dev.infraevents.testkit;

import java.nio.file.Path;

/**
 * The PEM files that a client of a fake with TLS may need. The keys are RSA.
 *
 * @param authority the certificate of the private authority that signed the server's
 * @param certificate a client certificate that the server accepts
 * @param key its key, in the form of PKCS#8
 * @param pkcs1Key the same key in the form of PKCS#1, which gRPC can not read
 * @param strangerCertificate a client certificate of an authority that the server does not know
 * @param strangerKey its key, which does not match the other certificate
 */
public record TlsFiles(
    Path authority,
    Path certificate,
    Path key,
    Path pkcs1Key,
    Path strangerCertificate,
    Path strangerKey) {

  /** The subject of the client certificate, as {@link ReceivedCall#certificate} says it. */
  public static final String CLIENT = "CN=fake-client";
}
