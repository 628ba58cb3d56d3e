package dev.infraevents.websocket.garm;

import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.util.Set;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * A websocket of GARM as a source.
 *
 * @param <P> the class all its payloads share
 */
abstract class GarmSource<P> extends AbstractEventSource<P> {

  private final BaseUrl base;
  private final ConnectionOptions connection;
  private final @Nullable OkHttpClient template;

  GarmSource(GarmBuilder<?> builder, Set<Capability> capabilities) {
    super(
        builder.base().uri(),
        capabilities,
        builder.connection,
        builder
            .credentials()
            .tokens(new GarmLogin(builder.base(), builder.connection, builder.template)),
        builder.time);
    this.base = builder.base();
    this.connection = builder.connection;
    this.template = builder.template;
  }

  final BaseUrl base() {
    return base;
  }

  /** Clients for one transport, which closes them. */
  final HttpClients newClients() {
    return new HttpClients(base.url().host(), connection, template);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + base + "]";
  }
}
