package dev.infraevents.testkit.foundries;

import java.time.Duration;
import java.time.InstantSource;

/** Says how a {@link FakeFoundriesApi} is set up. */
public final class FakeFoundriesApiBuilder {

  String factory = "example-factory";
  String project = "osf-prod";
  String apiToken = "fake-osf-token";
  String clientId = "fake-client";
  String clientSecret = "fake-client+secret/=";
  boolean plainBearer;
  boolean trailingSlash = true;
  boolean tls;
  FoundriesErrorShape errorShape = FoundriesErrorShape.MESSAGE;
  Duration tokenTimeToLive = Duration.ofHours(10);
  InstantSource clock = InstantSource.system();

  FakeFoundriesApiBuilder() {}

  /**
   * Sets the one factory that there is; any other one is answered with 404.
   *
   * @param factory {@code example-factory} by default
   * @return this builder
   */
  public FakeFoundriesApiBuilder factory(String factory) {
    this.factory = factory;
    return this;
  }

  /**
   * Sets the Google Cloud project in credentials files.
   *
   * @param project {@code osf-prod} by default, as for factories that share theirs
   * @return this builder
   */
  public FakeFoundriesApiBuilder project(String project) {
    this.project = project;
    return this;
  }

  /**
   * Sets the API token that {@code OSF-TOKEN} has to show.
   *
   * @param token the token
   * @return this builder
   */
  public FakeFoundriesApiBuilder apiToken(String token) {
    this.apiToken = token;
    return this;
  }

  /**
   * Sets the client that the token endpoint knows.
   *
   * @param clientId its id
   * @param clientSecret its secret
   * @return this builder
   */
  public FakeFoundriesApiBuilder oauthClient(String clientId, String clientSecret) {
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    return this;
  }

  /**
   * Takes access tokens as they are, which the documentation describes, not in base64, which fioctl
   * sends.
   *
   * @return this builder
   */
  public FakeFoundriesApiBuilder plainBearer() {
    this.plainBearer = true;
    return this;
  }

  /**
   * Sets whether a path without a slash at its end is answered with 404.
   *
   * @param required true by default
   * @return this builder
   */
  public FakeFoundriesApiBuilder requireTrailingSlash(boolean required) {
    this.trailingSlash = required;
    return this;
  }

  /**
   * Sets what the bodies of errors look like. For an error of your own choice see {@link
   * dev.infraevents.testkit.Fault#refuseUpgrade}.
   *
   * @param shape {@link FoundriesErrorShape#MESSAGE} by default
   * @return this builder
   */
  public FakeFoundriesApiBuilder errorShape(FoundriesErrorShape shape) {
    this.errorShape = shape;
    return this;
  }

  /**
   * Sets how long access tokens are valid.
   *
   * @param time ten hours by default; told to clients as a number of seconds with a fraction
   * @return this builder
   */
  public FakeFoundriesApiBuilder tokenTimeToLive(Duration time) {
    this.tokenTimeToLive = time;
    return this;
  }

  /**
   * Sets the clock by which access tokens expire.
   *
   * @param clock the system's by default
   * @return this builder
   */
  public FakeFoundriesApiBuilder clock(InstantSource clock) {
    this.clock = clock;
    return this;
  }

  /**
   * Serves https with a certificate of its own, see {@link FakeFoundriesApi#certificatePem}.
   *
   * @return this builder
   */
  public FakeFoundriesApiBuilder tls() {
    this.tls = true;
    return this;
  }

  /**
   * Starts the server on an ephemeral port.
   *
   * @return the running server
   */
  public FakeFoundriesApi start() {
    return new FakeFoundriesApi(this);
  }
}
