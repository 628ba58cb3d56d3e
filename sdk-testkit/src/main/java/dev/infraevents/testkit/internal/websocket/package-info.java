/** The server side of RFC 6455, with the manners of a Go server and the faults of a bad day. */
@NullMarked
package dev.infraevents.testkit.internal.websocket;

import org.jspecify.annotations.NullMarked;
