/** A small HTTP/1.1 server that answers byte for byte what it is told. */
@NullMarked
package dev.infraevents.testkit.internal.http;

import org.jspecify.annotations.NullMarked;
