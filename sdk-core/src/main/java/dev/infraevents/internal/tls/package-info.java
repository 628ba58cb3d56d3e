/** TLS material read from PEM files. */
@NullMarked
package dev.infraevents.internal.tls;

import org.jspecify.annotations.NullMarked;
